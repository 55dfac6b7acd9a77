package io.firn.benchmarks.jmh;

import io.firn.benchmarks.reference.ReferenceModel;
import io.firn.benchmarks.reference.ReferenceRow;
import io.firn.benchmarks.reference.ReferenceSchema;
import io.firn.format.ColumnBatch;
import io.firn.format.TableSchema;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;

/** Rows of the reference workload in the forms that inner loops take. */
final class BenchmarkRows {

  static final TableSchema TABLE = TableSchema.of(ReferenceSchema.SCHEMA, List.of(1));

  /** The key and one value column, named as in the reference rows. */
  static TableSchema keyAnd(String column) {
    Schema schema = ReferenceSchema.SCHEMA.select("k", column);
    return TableSchema.of(new Schema(schema.columns()), List.of(1));
  }

  /** Different positions in random order. */
  static int[] shuffled(int count, long seed) {
    Random random = new Random(seed);
    int[] order = new int[count];
    for (int i = 1; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The first rows by key. */
  static Record[] records(int count) {
    ReferenceModel model = new ReferenceModel(count);
    Record[] records = new Record[count];
    for (int i = 0; i < count; i++) {
      ReferenceRow row = model.next(i);
      records[i] = GenericRecord.create(ReferenceSchema.SCHEMA);
      for (int c = 0; c < records[i].size(); c++) {
        records[i].set(c, ReferenceSchema.value(row, c));
      }
    }
    return records;
  }

  /** The first rows by key, column by column. */
  static ColumnBatch batch(TableSchema table, int count) {
    ColumnBatch batch = ColumnBatch.of(table.schema());
    Record[] records = records(count);
    for (int c = 0; c < batch.columnCount(); c++) {
      String name = batch.column(c).field().name();
      for (Record record : records) {
        batch.column(c).appendValue(record.getField(name));
      }
    }
    return batch;
  }

  private BenchmarkRows() {}
}
