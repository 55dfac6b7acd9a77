package io.firn.readers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.storage.LocalStorage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tables in a warehouse directory, and the questions about them: upserts and deletes in
 * many flushes with and without compaction, an evolved schema, no row at all; each in both format
 * versions.
 */
public final class Tables {

  private static final String COLUMNS = "id,name,amount,price,day,good";
  private static final long KEYS = 1_000;
  private static final long DELETED = 77;

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.optional(2, "name", Types.StringType.get()),
          NestedField.required(3, "amount", Types.IntegerType.get()),
          NestedField.optional(4, "price", Types.DecimalType.of(9, 2)),
          NestedField.optional(5, "day", Types.DateType.get()),
          NestedField.optional(6, "good", Types.BooleanType.get()));

  /** How a table's location is spelled. */
  private enum Places {
    /** As a path: a table that is a directory. */
    PATHS,
    /** As a URI: a table of a catalog whose warehouse is one. Some engines know nothing else. */
    URIS
  }

  private final Path directory;
  private final Places places;
  private final int version;
  private final List<Question> questions;

  private Tables(Path directory, Places places, int version, List<Question> questions) {
    this.directory = directory;
    this.places = places;
    this.version = version;
    this.questions = questions;
  }

  /** Makes the tables, and {@code questions.json} and {@code questions-uris.json} beside them. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
    ObjectWriter json = new ObjectMapper().writerWithDefaultPrettyPrinter();
    json.writeValue(directory.resolve("questions.json").toFile(), make(directory, Places.PATHS));
    json.writeValue(
        directory.resolve("questions-uris.json").toFile(), make(directory, Places.URIS));
  }

  private static List<Question> make(Path directory, Places places) {
    List<Question> questions = new ArrayList<>();
    for (int version : new int[] {3, 2}) {
      Tables tables = new Tables(directory, places, version, questions);
      tables.rows();
      tables.evolved();
      tables.empty();
    }
    return questions;
  }

  private String name(String kind) {
    return kind + "_v" + version;
  }

  private TableLocation location(String kind) {
    if (places == Places.PATHS) {
      return TableLocation.ofPath(
          directory.resolve("warehouse").resolve("db").resolve(name(kind)).toString());
    }
    return TableLocation.ofCatalog(
        "lake",
        Map.of(
            "type",
            "jdbc",
            "uri",
            "jdbc:sqlite:" + directory.resolve("catalog.db"),
            "warehouse",
            "file://" + directory.resolve("uris")),
        TableIdentifier.of("db", name(kind)));
  }

  private FirnTable open(String kind) {
    return FirnTable.builder()
        .location(location(kind))
        .schema(SCHEMA)
        .key("id")
        .property("format-version", Integer.toString(version))
        .option("compaction-workers", "0")
        .option("flush-interval-millis", "1h")
        .open();
  }

  private static Record row(long id, int round) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", id % 7 == 0 ? null : "name " + id + " of round " + round);
    row.setField("amount", (int) (id * 10 + round));
    row.setField("price", id % 11 == 0 ? null : BigDecimal.valueOf(id * 101 + round, 2));
    row.setField("day", LocalDate.ofEpochDay(id * 13));
    row.setField("good", id % 5 == 0 ? null : id % 2 == 0);
    return row;
  }

  private void rows() {
    TreeMap<Long, Record> rows = new TreeMap<>();
    TreeMap<Long, Record> older;
    long snapshot;
    try (FirnTable table = open("rows")) {
      flush(table, rows, 0, 1);
      flush(table, rows, 1, 3);
      flush(table, rows, 2, 5);
      table.compact(CompactionKind.FULL);
      flush(table, rows, 3, 4);
      older = new TreeMap<>(rows);
      snapshot = table.snapshots().get(table.snapshots().size() - 1).snapshotId();
      flush(table, rows, 4, 9);
      flush(table, rows, 5, 10);
    }
    ask("count", "count", "rows", "", null, null, Integer.toString(rows.size()));
    long sum = rows.values().stream().mapToLong(row -> (Integer) row.getField("amount")).sum();
    ask("sum", "sum", "rows", "", null, null, Long.toString(sum));
    ask("all rows", "digest", "rows", COLUMNS, null, null, digest(rows));
    ask("one key", "row", "rows", COLUMNS, 500L, null, Digest.row(values(rows.get(500L))));
    ask("a deleted key", "count", "rows", "", DELETED, null, "0");
    ask("an older snapshot", "digest", "rows", COLUMNS, null, snapshot, digest(older));
  }

  /** Upserts every n-th key, and deletes one key and, later on, others. */
  private static void flush(
      FirnTable table, NavigableMap<Long, Record> rows, int round, int every) {
    for (long id = 0; id < KEYS; id += every) {
      Record row = row(id, round);
      table.put(row);
      rows.put(id, row);
    }
    for (long id = round == 0 ? DELETED : 20L * round; id < KEYS; id += round == 0 ? KEYS : 150) {
      table.delete(id);
      rows.remove(id);
    }
    table.delete(DELETED);
    rows.remove(DELETED);
    table.flush();
  }

  private void evolved() {
    TreeMap<Long, Record> before = new TreeMap<>();
    List<String> rows = new ArrayList<>();
    List<String> defaults = new ArrayList<>();
    try (FirnTable table = open("evolved")) {
      flush(table, before, 0, 1);
      table.updateSchema(
          change ->
              change
                  .renameColumn("name", "title")
                  .updateColumn("amount", Types.LongType.get())
                  .deleteColumn("day")
                  .addColumn("note", Types.StringType.get()));
      if (version >= 3) {
        table.updateSchema(
            change ->
                change.addColumn(
                    "color", Types.StringType.get(), null, Expressions.lit("no color")));
      }
      TreeMap<Long, Record> after = new TreeMap<>();
      for (long id = 0; id < KEYS; id += 3) {
        GenericRecord row = GenericRecord.create(table.schema());
        row.setField("id", id);
        row.setField("title", "title " + id);
        row.setField("amount", (1L << 40) + id);
        row.setField("note", "note " + id);
        if (version >= 3) {
          row.setField("color", "red");
        }
        after.put(id, row);
        table.put(row);
        before.putIfAbsent(id, row);
      }
      table.flush();
      before.forEach(
          (id, old) -> {
            Record now = after.get(id);
            rows.add(
                now == null
                    ? Digest.row(list(id, old.getField("name"), old.getField("amount"), null))
                    : Digest.row(
                        list(
                            id,
                            now.getField("title"),
                            now.getField("amount"),
                            now.getField("note"))));
            defaults.add(id + "|" + (now == null ? "no color" : "red"));
          });
    }
    ask(
        "an evolved schema",
        "digest",
        "evolved",
        "id,title,amount,note",
        null,
        null,
        Digest.of(rows));
    if (version >= 3) {
      ask("a default value", "digest", "evolved", "id,color", null, null, Digest.of(defaults));
    }
  }

  private void empty() {
    open("empty").close();
    ask("an empty table", "count", "empty", "", null, null, "0");
  }

  private static List<@Nullable Object> values(@Nullable Record row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; row != null && i < row.size(); i++) {
      values.add(row.get(i));
    }
    return values;
  }

  private static List<@Nullable Object> list(@Nullable Object... values) {
    List<@Nullable Object> list = new ArrayList<>();
    for (Object value : values) {
      list.add(value);
    }
    return list;
  }

  private static String digest(NavigableMap<Long, Record> rows) {
    return Digest.of(rows.values().stream().map(row -> Digest.row(values(row))).toList());
  }

  private void ask(
      String what,
      String kind,
      String table,
      String columns,
      @Nullable Long key,
      @Nullable Long snapshot,
      String expected) {
    try (TableStore store = TableStore.open(location(table), new LocalStorage())) {
      ask(what, kind, table, columns, key, snapshot, expected, store);
    }
  }

  private void ask(
      String what,
      String kind,
      String table,
      String columns,
      @Nullable Long key,
      @Nullable Long snapshot,
      String expected,
      TableStore store) {
    questions.add(
        new Question(
            what + ", v" + version,
            kind,
            name(table),
            TableUtil.metadataFileLocation(store.table()),
            store.location(),
            columns,
            key,
            snapshot,
            expected));
  }
}
