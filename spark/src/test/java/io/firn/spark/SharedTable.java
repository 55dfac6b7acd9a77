package io.firn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.spark.runner.SparkProcess;
import io.firn.spark.runner.SparkResult;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A table of a JDBC catalog that Firn has open and writes while Spark changes it, and beside it the
 * rows that must be there: those in files, and those that Firn holds in memory. One thread.
 */
final class SharedTable implements AutoCloseable {

  /** A row as text, by column name. */
  static final class Row extends LinkedHashMap<String, @Nullable String> {
    private static final long serialVersionUID = 1L;

    /** This row with another value in one column. */
    Row with(String column, @Nullable Object value) {
      Row changed = new Row();
      changed.putAll(this);
      changed.put(column, value == null ? null : RowText.text(value));
      return changed;
    }
  }

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.optional(2, "note", Types.StringType.get()),
          NestedField.optional(3, "amount", Types.IntegerType.get()));

  /** No more memtables than that are flushed meanwhile. */
  private static final int ALTER_ATTEMPTS_MAX = 10;

  private static final String CAME_SECOND = CommitFailedException.class.getName();

  /** What Spark and Iceberg's readers must see, by key. A test changes it as its statement does. */
  final TreeMap<Long, Row> committed = new TreeMap<>();

  /** What Firn has and has not flushed; null for a deletion. */
  private final TreeMap<Long, @Nullable Row> unflushed = new TreeMap<>();

  private final SparkProcess spark;
  private final String catalogName;
  private final Path directory;
  private final int formatVersion;
  private final TableIdentifier identifier;
  private final Catalog catalog;
  private FirnTable table;

  /**
   * @param catalogName the catalog's name, in Spark and here; one for each directory, as Spark does
   *     not forget it
   */
  SharedTable(
      SparkProcess spark, String catalogName, Path directory, String name, int formatVersion) {
    this.spark = spark;
    this.catalogName = catalogName;
    this.directory = directory;
    this.formatVersion = formatVersion;
    this.identifier = TableIdentifier.of("db", name);
    this.table = open();
    this.catalog = CatalogUtil.buildIcebergCatalog(catalogName, properties(), null);
    Map<String, String> uncached = new LinkedHashMap<>(properties());
    uncached.put("cache-enabled", "false");
    spark.catalog(catalogName, uncached);
  }

  private FirnTable open() {
    return FirnTable.builder()
        .catalog(catalogName, properties(), identifier)
        .schema(table == null ? SCHEMA : null)
        .key("id")
        .property("gc.enabled", "true")
        .property("format-version", Integer.toString(formatVersion))
        .option("compaction-workers", "0")
        .option("durability", "none")
        .option("flush-interval-millis", "1h")
        .option("refresh-interval-millis", "0")
        .open();
  }

  private Map<String, String> properties() {
    return Map.of(
        "type",
        "jdbc",
        "uri",
        "jdbc:sqlite:" + directory + "/catalog.db?synchronous=OFF",
        "jdbc.schema-version",
        "V1",
        "warehouse",
        directory + "/warehouse");
  }

  FirnTable table() {
    return table;
  }

  /** The table as Iceberg has it now. */
  Table iceberg() {
    return catalog.loadTable(identifier);
  }

  String catalogName() {
    return catalogName;
  }

  /** The table's name in Spark. */
  String name() {
    return catalogName + "." + identifier;
  }

  /** Sets a table property, by Iceberg. */
  void set(String property, String value) {
    iceberg().updateProperties().set(property, value).commit();
  }

  /** Runs a statement in which {@code {}} stands for the table. */
  SparkResult sql(String statement) {
    return spark.sql(statement.replace("{}", name()));
  }

  /**
   * Runs {@code ALTER TABLE} with these words after the table's name, again if a flush of Firn's
   * comes first: Iceberg prepares a change of the schema once and does not repeat it. For where
   * rows of an older schema may be in memory, which are flushed by themselves; elsewhere nothing
   * may come first.
   */
  void alter(String change) {
    for (int left = ALTER_ATTEMPTS_MAX; ; left--) {
      try {
        sql("ALTER TABLE {} " + change);
        return;
      } catch (SparkProcess.SparkFailure failure) {
        if (left == 1 || !failure.getMessage().contains(CAME_SECOND)) {
          throw failure;
        }
      }
    }
  }

  /** Puts a row with a value for every column, in the order of the table's schema. */
  void put(@Nullable Object... values) {
    GenericRecord row = GenericRecord.create(table.schema());
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i]);
    }
    table.put(row);
    Row expected = new Row();
    for (NestedField field : table.schema().columns()) {
      expected = expected.with(field.name(), row.getField(field.name()));
    }
    unflushed.put((Long) row.getField("id"), expected);
  }

  void delete(long id) {
    table.delete(id);
    unflushed.put(id, null);
  }

  void flush() {
    table.flush();
    overlay(committed);
    unflushed.clear();
  }

  private void overlay(Map<Long, Row> rows) {
    unflushed.forEach(
        (id, row) -> {
          if (row == null) {
            rows.remove(id);
          } else {
            rows.put(id, row);
          }
        });
  }

  /** A column has another name. */
  void rename(String column, String name) {
    changeAll(row -> row.with(name, row.get(column)));
  }

  /** A column has lost its values. */
  void forget(String column) {
    addToAll(column, null);
  }

  /** A column has come, with this value in every row. */
  void addToAll(String column, @Nullable String value) {
    changeAll(row -> row.with(column, value));
  }

  private void changeAll(UnaryOperator<Row> change) {
    committed.replaceAll((id, row) -> change.apply(row));
    unflushed.replaceAll((id, row) -> row == null ? null : change.apply(row));
  }

  void compact() {
    table.compact(CompactionKind.FULL);
  }

  void reopen() {
    table.close();
    overlay(committed);
    unflushed.clear();
    table = open();
  }

  /** A row in the table's first schema, for {@link #committed}. */
  static Row row(long id, @Nullable String note, @Nullable Integer amount) {
    return new Row().with("id", id).with("note", note).with("amount", amount);
  }

  /** Engine, Spark and Iceberg's generic reader all see what they must. */
  void assertEverybodyAgrees() {
    assertOutside();
    assertEngine();
  }

  /** Spark and Iceberg's generic reader see the rows in files. */
  void assertOutside() {
    List<List<@Nullable String>> expected = expected(committed);
    assertThat(sql("SELECT * FROM {} ORDER BY id").rows()).as("Spark").isEqualTo(expected);
    assertThat(genericRows()).as("Iceberg's generic reader").isEqualTo(expected);
  }

  /** The engine, after a refresh, sees the rows in files and those in its memory. */
  void assertEngine() {
    table.refresh();
    assertEngineAsItIs();
  }

  /** As {@link #assertEngine}, without a refresh. */
  void assertEngineAsItIs() {
    TreeMap<Long, Row> rows = new TreeMap<>(committed);
    overlay(rows);
    assertThat(engineRows()).as("the engine").isEqualTo(expected(rows));
    rows.forEach(
        (id, row) ->
            assertThat(table.get(id).map(RowText::of))
                .as("key %d", id)
                .contains(inOrder(row, table.schema())));
    unflushed.forEach((id, row) -> assertThat(table.get(id).isPresent()).isEqualTo(row != null));
  }

  /** Rows as values in the order of the columns that the table has now. */
  private List<List<@Nullable String>> expected(Map<Long, Row> rows) {
    Schema schema = iceberg().schema();
    List<List<@Nullable String>> expected = new ArrayList<>();
    rows.values().forEach(row -> expected.add(inOrder(row, schema)));
    return expected;
  }

  private static List<@Nullable String> inOrder(Row row, Schema schema) {
    List<@Nullable String> values = new ArrayList<>();
    schema.columns().forEach(field -> values.add(row.get(field.name())));
    return values;
  }

  private List<List<@Nullable String>> engineRows() {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = table.scan().records()) {
      records.forEach(row -> rows.add(RowText.of(row)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** The rows that Iceberg's own generic reader gives, in the order of keys. */
  List<List<@Nullable String>> genericRows() {
    Table now = iceberg();
    int columns = now.schema().columns().size();
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(now).build()) {
      records.forEach(rows::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(Comparator.comparing(row -> (Long) row.getField("id")));
    List<List<@Nullable String>> text = new ArrayList<>();
    // Where a file has deletes, the reader leaves the position behind the columns asked for.
    rows.forEach(row -> text.add(RowText.of(row).subList(0, columns)));
    return text;
  }

  @Override
  public void close() throws IOException {
    try {
      table.close();
    } finally {
      ((Closeable) catalog).close();
    }
  }
}
