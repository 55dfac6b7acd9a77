package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.storage.LocalStorage;
import io.firn.testkit.Seeds;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Prints how fast ten flat columns are written. Nothing is asserted of the speed. */
class DataFileWriterSpeedTest {

  private static final int BATCH_ROWS = 4096;

  @RegisterExtension final Seeds seeds = new Seeds();
  @TempDir Path directory;

  @Test
  void tenFlatColumns() {
    int rowCount = Integer.getInteger("firn.speed.rows", 200_000);
    TableSchema table =
        TableSchema.of(
            new Schema(
                NestedField.required(1, "k", Types.LongType.get()),
                NestedField.optional(2, "l", Types.LongType.get()),
                NestedField.optional(3, "i", Types.IntegerType.get()),
                NestedField.optional(4, "d1", Types.DoubleType.get()),
                NestedField.optional(5, "d2", Types.DoubleType.get()),
                NestedField.optional(6, "t", Types.TimestampType.withZone()),
                NestedField.optional(7, "b", Types.BooleanType.get()),
                NestedField.optional(8, "s1", Types.StringType.get()),
                NestedField.optional(9, "s2", Types.StringType.get()),
                NestedField.optional(10, "s3", Types.StringType.get())),
            List.of(1));
    List<ColumnBatch> batches = batches(table, rowCount);
    for (WriterOptions preset : List.of(WriterOptions.forLookups(), WriterOptions.forScans())) {
      for (WriterOptions.Compression compression : WriterOptions.Compression.values()) {
        WriterOptions options = preset.withCompression(compression);
        long best = Long.MAX_VALUE;
        long bestCpu = Long.MAX_VALUE;
        long length = 0;
        for (int round = 0; round < 3; round++) {
          String path = directory.resolve("f" + System.nanoTime()).toString();
          long start = System.nanoTime();
          long startCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
          try (DataFileWriter writer =
              DataFileWriter.create(new LocalStorage(), path, table, options)) {
            batches.forEach(writer::write);
            WrittenFile file = writer.finish();
            assertThat(file.rowCount()).isEqualTo(rowCount);
            length = file.lengthBytes();
          }
          best = Math.min(best, System.nanoTime() - start);
          bestCpu =
              Math.min(
                  bestCpu,
                  ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startCpu);
        }
        System.out.printf(
            "%s: %.2f M rows/s, %.2f M rows per CPU second, %.1f bytes a row%n",
            options, rowCount * 1e3 / best, rowCount * 1e3 / bestCpu, (double) length / rowCount);
      }
    }
  }

  private List<ColumnBatch> batches(TableSchema table, int rowCount) {
    Random random = seeds.random();
    List<ColumnBatch> batches = new ArrayList<>();
    ColumnBatch batch = ColumnBatch.of(table.schema());
    for (int i = 0; i < rowCount; i++) {
      ((LongColumn) batch.column(0)).append(i * 3L);
      ((LongColumn) batch.column(1)).append(random.nextLong());
      ((IntColumn) batch.column(2)).append(random.nextInt(1000));
      ((DoubleColumn) batch.column(3)).append(random.nextDouble());
      ((DoubleColumn) batch.column(4)).append(random.nextInt(100) / 4.0);
      ((LongColumn) batch.column(5)).append(1_700_000_000_000_000L + i * 1000L);
      ((BooleanColumn) batch.column(6)).append(random.nextBoolean());
      text(batch.column(7), String.format("unique-%09d", i));
      text(batch.column(8), "category-" + random.nextInt(200));
      text(batch.column(9), Long.toHexString(random.nextLong() | Long.MIN_VALUE));
      if (batch.rowCount() == BATCH_ROWS) {
        batches.add(batch);
        batch = ColumnBatch.of(table.schema());
      }
    }
    batches.add(batch);
    return batches;
  }

  private static void text(Column column, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ((BytesColumn) column).append(bytes, 0, bytes.length);
  }
}
