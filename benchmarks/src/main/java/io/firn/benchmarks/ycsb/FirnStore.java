package io.firn.benchmarks.ycsb;

import io.firn.benchmarks.suite.FirnSettings;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** A Firn table of a text key and ten text columns, with asynchronous durability. */
final class FirnStore implements YcsbStore {

  private static final Schema SCHEMA = schema();

  private final FirnTable table;

  /**
   * @param directory where the table is made
   */
  FirnStore(Path directory) {
    this.table =
        FirnTable.builder()
            .path(directory.toString())
            .schema(SCHEMA)
            .key("ycsb_key")
            .options(FirnSettings.builder().durability(Durability.ASYNC).build())
            .create();
  }

  private static Schema schema() {
    List<NestedField> columns = new ArrayList<>();
    columns.add(NestedField.required(1, "ycsb_key", Types.StringType.get()));
    for (int i = 0; i < CoreMix.FIELDS; i++) {
      columns.add(NestedField.optional(i + 2, "field" + i, Types.StringType.get()));
    }
    return new Schema(columns);
  }

  @Override
  public void insert(String key, Map<String, String> fields) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.set(0, key);
    fields.forEach(row::setField);
    table.put(row);
  }

  @Override
  public boolean update(String key, Map<String, String> fields) {
    Record row = table.get(key).orElse(null);
    if (row == null) {
      return false;
    }
    fields.forEach(row::setField);
    table.put(row);
    return true;
  }

  @Override
  public @Nullable Map<String, String> read(String key) {
    return table.get(key).map(FirnStore::fields).orElse(null);
  }

  @Override
  public SortedMap<String, Map<String, String>> scan(String firstKey, int rows) {
    SortedMap<String, Map<String, String>> found = new TreeMap<>();
    try (CloseableIterable<Record> records = table.scan().from(firstKey).limit(rows).records()) {
      for (Record row : records) {
        found.put((String) row.get(0), fields(row));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static Map<String, String> fields(Record row) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i <= CoreMix.FIELDS; i++) {
      fields.put(SCHEMA.columns().get(i).name(), (String) row.get(i));
    }
    return fields;
  }

  @Override
  public long countRows() {
    long rows = 0;
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = table.scan().select("ycsb_key").arrow(allocator)) {
      while (reader.loadNextBatch()) {
        rows += reader.getVectorSchemaRoot().getRowCount();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  @Override
  public void settle() {
    table.flush();
    table.compact(CompactionKind.DUE);
  }

  @Override
  public void close() {
    table.close();
  }
}
