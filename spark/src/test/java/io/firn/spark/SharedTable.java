package io.firn.spark;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.TableLocation;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.engine.TableVerifier;
import io.firn.storage.LocalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A table of a JDBC catalog that Firn has open and writes while Spark runs a statement on it: ten
 * rows in files, and newer writes that no flush has brought there yet. Keeps what the rules of
 * precedence make of it.
 */
final class SharedTable implements AutoCloseable {

  static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(3, "amount", Types.IntegerType.get()));

  private static final String CATALOG = "shared";

  private final SparkProcess spark;
  private final TableLocation location;
  private final String name;
  private final FirnTable table;

  /** The rows in the table, as text, by key; and beside them those only Firn knows. */
  private final Map<Long, List<@Nullable String>> committed = new TreeMap<>();

  private final Map<Long, @Nullable List<@Nullable String>> inMemory = new TreeMap<>();

  private SharedTable(SparkProcess spark, Path directory, String name) {
    this.spark = spark;
    this.name = name;
    Map<String, String> properties = new HashMap<>();
    properties.put("type", "jdbc");
    properties.put("uri", "jdbc:sqlite:" + directory + "/catalog.db");
    properties.put("jdbc.schema-version", "V1");
    properties.put("warehouse", directory + "/warehouse");
    this.location = TableLocation.ofCatalog(CATALOG, properties, TableIdentifier.of("db", name));
    this.table =
        FirnTable.builder()
            .location(location)
            .schema(SCHEMA)
            .key("id")
            .option("flush-interval-millis", "1h")
            .option("refresh-interval-millis", "0")
            .option("compaction-workers", "0")
            .create();
    properties.put("cache-enabled", "false");
    spark.catalog(CATALOG, properties);
  }

  /** A table with keys 0 to 9 in two files, and newer writes to 3, 7, 20 and 21 in memory. */
  static SharedTable open(SparkProcess spark, Path directory, String name) {
    SharedTable shared = new SharedTable(spark, directory, name);
    for (long id = 0; id < 5; id++) {
      shared.put(id, "first");
    }
    shared.flush();
    for (long id = 5; id < 10; id++) {
      shared.put(id, "second");
    }
    shared.flush();
    shared.put(3, "newer");
    shared.put(20, "newer");
    shared.put(21, "newer");
    shared.delete(7);
    return shared;
  }

  FirnTable table() {
    return table;
  }

  /** As SQL names it. */
  String sqlName() {
    return CATALOG + ".db." + name;
  }

  /** Runs a statement in which {@code %s} stands for the table. */
  SparkResult sql(String statement) {
    return spark.sql(statement.replace("%s", sqlName()));
  }

  /** Calls a procedure with arguments beside the table. */
  SparkResult call(String procedure, String arguments) {
    return spark.sql(
        "CALL %s.system.%s(table => 'db.%s'%s)"
            .formatted(CATALOG, procedure, name, arguments.isEmpty() ? "" : ", " + arguments));
  }

  void put(long id, String text) {
    GenericRecord row = GenericRecord.create(table.schema());
    row.setField("id", id);
    row.setField("name", text);
    row.setField("amount", (int) id * 10);
    put(row);
  }

  void put(Record row) {
    table.put(row);
    inMemory.put((Long) row.getField("id"), RowText.of(row));
  }

  void delete(long id) {
    table.delete(id);
    inMemory.put(id, null);
  }

  void flush() {
    table.flush();
    committed.putAll(inMemory);
    committed.values().removeIf(row -> row == null);
    inMemory.clear();
  }

  /** A statement has made this of a row; null if it deleted it. */
  void committed(long id, @Nullable String... values) {
    committed.put(id, new ArrayList<>(Arrays.asList(values)));
  }

  /** The rows that Spark's statement left. */
  Map<Long, List<@Nullable String>> committed() {
    return committed;
  }

  Map<Long, @Nullable List<@Nullable String>> inMemory() {
    return inMemory;
  }

  /** What the engine's readers see: the table, and the newer writes on top. */
  List<List<@Nullable String>> expected() {
    Map<Long, List<@Nullable String>> rows = new TreeMap<>(committed);
    inMemory.forEach(
        (id, row) -> {
          if (row == null) {
            rows.remove(id);
          } else {
            rows.put(id, row);
          }
        });
    return List.copyOf(rows.values());
  }

  List<List<@Nullable String>> engineRows() {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = table.scan().records()) {
      records.forEach(row -> rows.add(RowText.of(row)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  List<List<@Nullable String>> sparkRows() {
    return sql("SELECT * FROM %s ORDER BY id").rows();
  }

  /**
   * Checks that the engine follows at its next commit without being asked, that Spark then sees the
   * same, and that all laws hold.
   */
  void checkAtTheNextCommit() {
    put(22, "after");
    flush();
    assertThat(engineRows()).isEqualTo(expected());
    assertThat(sparkRows()).isEqualTo(expected());
    table.compact(CompactionKind.FULL);
    assertThat(engineRows()).isEqualTo(expected());
    assertThat(sparkRows()).isEqualTo(expected());
    assertThat(
            TableVerifier.verify(
                    location, new LocalStorage(), TableVerifier.Depth.KEYS, (done, total) -> {})
                .sound())
        .isTrue();
  }

  @Override
  public void close() {
    table.close();
  }
}
