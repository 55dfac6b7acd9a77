package io.firn.format;

import io.firn.storage.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/** Random tables, rows by encoded key, and files of them. */
final class RandomTables {

  private RandomTables() {}

  static TableSchema table(Random random, int depth) {
    RandomRows generator = new RandomRows(random);
    List<NestedField> fields = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    int keyCount = 1 + random.nextInt(2);
    for (int i = 0; i < keyCount; i++) {
      Type type = RandomRows.keyTypes().get(1 + random.nextInt(RandomRows.keyTypes().size() - 1));
      fields.add(NestedField.required(i + 1, "k" + i, type));
      keys.add(i + 1);
    }
    int others = random.nextInt(6);
    for (int i = 0; i < others; i++) {
      fields.add(generator.field("c" + i, generator.type(depth)));
    }
    Collections.shuffle(fields, random);
    Collections.shuffle(keys, random);
    return TableSchema.of(new Schema(fields), keys);
  }

  static NavigableMap<byte[], Record> rows(TableSchema table, Random random, int count) {
    RandomRows generator = new RandomRows(random);
    TreeMap<byte[], Record> rows = new TreeMap<>(KeyCodec::compare);
    for (int i = 0; i < count; i++) {
      Record row = row(table, generator);
      rows.put(table.keys().encodeFromRow(row), row);
    }
    return rows;
  }

  static Record row(TableSchema table, RandomRows generator) {
    Record row = GenericRecord.create(table.schema());
    for (int c = 0; c < table.schema().columns().size(); c++) {
      row.set(c, generator.valueOrNull(table.schema().columns().get(c)));
    }
    return row;
  }

  static WriterOptions options(Random random) {
    return new WriterOptions(
        1024 + random.nextInt(4096),
        1 + random.nextInt(500),
        8192 + random.nextInt(100_000),
        1 + random.nextInt(2000),
        List.of(WriterOptions.Dictionary.values()).get(random.nextInt(2)),
        List.of(WriterOptions.Compression.values()).get(random.nextInt(3)),
        random.nextInt(16));
  }

  static WrittenFile write(
      Storage storage,
      String path,
      TableSchema table,
      Iterable<Record> rows,
      WriterOptions options) {
    try (DataFileWriter writer = DataFileWriter.create(storage, path, table, options)) {
      ColumnBatch batch = ColumnBatch.of(table.schema());
      for (Record row : rows) {
        batch.append(row);
        if (batch.rowCount() == 1000) {
          writer.write(batch);
          batch.clear();
        }
      }
      writer.write(batch);
      return writer.finish();
    }
  }

  static List<Object> comparable(Iterable<? extends Record> rows) {
    List<Object> values = new ArrayList<>();
    rows.forEach(row -> values.add(GenericValues.comparable(row)));
    return values;
  }

  /** All rows of a scan, which is closed. */
  static List<Object> drain(RowScan scan) {
    List<Object> values = new ArrayList<>();
    try (scan) {
      while (scan.next()) {
        for (int i = 0; i < scan.batch().rowCount(); i++) {
          values.add(GenericValues.comparable(scan.batch().record(i)));
        }
      }
    }
    return values;
  }
}
