package io.firn.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

/** Prints what encoding, decoding and extracting a row costs. Nothing is asserted of the speed. */
class RowCodecSpeedTest {

  private static final int ROWS = 20_000;
  private static final int ROUNDS = Integer.getInteger("firn.speed.rounds", 10);

  @Test
  void tenFlatColumns() {
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
    List<GenericRecord> rows = rows(table);
    byte[][] encoded = new byte[ROWS][];
    ByteBuilder reused = new ByteBuilder();
    ColumnBatch batch = ColumnBatch.of(table.schema());
    measure("encode", () -> rows.forEach(row -> keep(encoded, row, table)));
    measure(
        "encode into a reused buffer",
        () -> {
          reused.clear();
          for (GenericRecord row : rows) {
            table.rows().encode(row, reused);
          }
        });
    measure("encode the key", () -> rows.forEach(row -> table.keys().encodeFromRow(row)));
    for (int i = 0; i < ROWS; i++) {
      encoded[i] = table.rows().encode(rows.get(i));
    }
    measure(
        "decode",
        () -> {
          for (byte[] row : encoded) {
            table.rows().decode(row);
          }
        });
    measure(
        "extract to columns",
        () -> {
          batch.clear();
          table.rows().append(encoded, 0, ROWS, batch);
        });
    KeyList keys = new KeyList();
    measure(
        "encode keys from columns",
        () -> {
          keys.clear();
          table.keys().append(batch, 0, ROWS, keys);
        });
    assertThat(batch.rowCount()).isEqualTo(ROWS);
  }

  private static void keep(byte[][] encoded, GenericRecord row, TableSchema table) {
    encoded[0] = table.rows().encode(row);
  }

  private static void measure(String name, Runnable work) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      work.run();
      best = Math.min(best, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
    }
    System.out.printf("%s: %d ns a row%n", name, best / ROWS);
  }

  private static List<GenericRecord> rows(TableSchema table) {
    Random random = new Random(1);
    List<GenericRecord> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      GenericRecord row = GenericRecord.create(table.schema());
      row.set(0, (long) i);
      row.set(1, random.nextLong());
      row.set(2, random.nextInt(1000));
      row.set(3, random.nextDouble());
      row.set(4, random.nextInt(100) / 4.0);
      row.set(5, Instant.ofEpochMilli(1_700_000_000_000L + i).atOffset(ZoneOffset.UTC));
      row.set(6, random.nextBoolean());
      row.set(7, String.format("unique-%09d", i));
      row.set(8, "category-" + random.nextInt(200));
      row.set(9, Long.toHexString(random.nextLong() | Long.MIN_VALUE));
      rows.add(row);
    }
    return rows;
  }
}
