package io.firn.benchmarks;

import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.TableStats;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The reference workload on Firn: W1 load in random key order, W2 updates and deletes, W3 point
 * reads, W4 full scans, W5 range scans, each settled and checked against the model. One JSON line a
 * figure on standard output.
 *
 * <p>Arguments: a directory, which must not exist, and the number of rows (2,000,000 if not given).
 */
public final class ReferenceWorkload {

  private static final int BATCH = 1_000;
  private static final int RANGES = 200;
  private static final int RANGE_KEYS = 1_000;

  private final ReferenceRows rows;
  private final Random random = new Random(20261121);

  private ReferenceWorkload(int keys) {
    this.rows = new ReferenceRows(keys);
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 1 || Files.exists(Path.of(arguments[0]))) {
      throw new IllegalArgumentException(
          "Name a directory that does not exist, and perhaps a number of rows");
    }
    int keys = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2_000_000;
    new ReferenceWorkload(keys).run(arguments[0]);
  }

  private void run(String directory) throws IOException {
    try (FirnTable table =
        FirnTable.builder()
            .path(directory)
            .schema(ReferenceRows.SCHEMA)
            .key("k")
            .options(FirnOptions.builder().durability(Durability.ASYNC).build())
            .open()) {
      load(table);
      update(table);
      read(table, "natural");
      long start = System.nanoTime();
      table.compact(CompactionKind.FULL);
      figure("compact full", "seconds", seconds(start));
      read(table, "compacted");
      TableStats stats = table.stats();
      figure("disk compacted", "bytes per live row", (double) stats.liveBytes() / stats.liveRows());
    }
  }

  private int[] shuffledKeys() {
    int[] order = new int[rows.keys()];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private void load(FirnTable table) {
    int[] order = shuffledKeys();
    long start = System.nanoTime();
    for (int index : order) {
      table.put(rows.next(index));
    }
    figure("W1 load acknowledged", "rows per second", order.length / seconds(start));
    table.flush();
    table.compact(CompactionKind.DUE);
    figure("W1 load settled", "rows per second", order.length / seconds(start));
  }

  private void update(FirnTable table) {
    int updates = rows.keys() / 2;
    int deletes = rows.keys() / 20;
    long start = System.nanoTime();
    for (int i = 0; i < updates + deletes; i++) {
      int index = random.nextInt(rows.keys());
      if (i % 11 == 10) {
        rows.delete(index);
        table.write(
            table.newBatch().delete(ReferenceRows.key(index)), WriteOptions.of(Durability.ASYNC));
      } else {
        table.put(rows.next(index));
      }
    }
    figure("W2 update acknowledged", "operations per second", (updates + deletes) / seconds(start));
    table.flush();
    table.compact(CompactionKind.DUE);
    figure("W2 update settled", "operations per second", (updates + deletes) / seconds(start));
    WriteBatch batch = table.newBatch();
    start = System.nanoTime();
    int batches = Math.max(1, rows.keys() / 20_000);
    for (int i = 0; i < batches; i++) {
      batch.clear();
      for (int j = 0; j < BATCH; j++) {
        batch.put(rows.next(random.nextInt(rows.keys())));
      }
      table.write(batch, WriteOptions.of(Durability.SYNC));
    }
    figure(
        "batches of 1,000 with fsync",
        "rows per second",
        batches * (double) BATCH / seconds(start));
    table.flush();
  }

  private void read(FirnTable table, String state) throws IOException {
    pointReads(table, rows.keys() / 20); // warms up; not reported
    long[] nanos = pointReads(table, rows.keys() / 10);
    Arrays.sort(nanos);
    figure(
        "W3 get " + state + " mean",
        "microseconds",
        Arrays.stream(nanos).average().orElse(0) / 1e3);
    figure("W3 get " + state + " p50", "microseconds", nanos[nanos.length / 2] / 1e3);
    figure("W3 get " + state + " p99", "microseconds", nanos[nanos.length / 100 * 99] / 1e3);
    for (int round = 0; round < 2; round++) {
      long start = System.nanoTime();
      checkSum(scanOneColumn(table));
      if (round == 1) {
        figure("W4 one column as Arrow " + state, "seconds", seconds(start));
      }
    }
    long start = System.nanoTime();
    check(scanAllColumns(table) == liveRows(), "the number of rows as Arrow");
    figure("W4 all columns as Arrow " + state, "rows per second", liveRows() / seconds(start));
    start = System.nanoTime();
    check(scanRecords(table) == liveRows(), "the number of rows as records");
    figure("W4 all columns as records " + state, "rows per second", liveRows() / seconds(start));
    ranges(table, state);
  }

  private long[] pointReads(FirnTable table, int reads) {
    long[] nanos = new long[reads];
    for (int i = 0; i < reads; i++) {
      int index = random.nextInt(rows.keys());
      long key = ReferenceRows.key(index) + (i & 1);
      long start = System.nanoTime();
      Optional<Record> found = table.get(key);
      nanos[i] = System.nanoTime() - start;
      if ((i & 1) == 0 && rows.isLive(index)) {
        check(found.isPresent() && found.get().equals(rows.row(index)), "the row of a key");
      } else {
        check(found.isEmpty(), "the absence of a key");
      }
    }
    return nanos;
  }

  private double scanOneColumn(FirnTable table) throws IOException {
    double sum = 0;
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = table.scan().select("d1").arrow(allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        Float8Vector vector = (Float8Vector) root.getVector(0);
        for (int i = 0; i < root.getRowCount(); i++) {
          sum += vector.get(i);
        }
      }
    }
    return sum;
  }

  private void checkSum(double sum) {
    double expected = 0;
    for (int index = 0; index < rows.keys(); index++) {
      expected += rows.isLive(index) ? rows.d1(index) : 0;
    }
    check(sum == expected, "the sum of a column");
  }

  private long liveRows() {
    long live = 0;
    for (int index = 0; index < rows.keys(); index++) {
      live += rows.isLive(index) ? 1 : 0;
    }
    return live;
  }

  private static long scanAllColumns(FirnTable table) throws IOException {
    long count = 0;
    try (BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = table.scan().arrow(allocator)) {
      while (reader.loadNextBatch()) {
        count += reader.getVectorSchemaRoot().getRowCount();
      }
    }
    return count;
  }

  private static long scanRecords(FirnTable table) throws IOException {
    long count = 0;
    try (CloseableIterable<Record> records = table.scan().unordered().records()) {
      for (Record record : records) {
        count += record.size() == ReferenceRows.SCHEMA.columns().size() ? 1 : 0;
      }
    }
    return count;
  }

  private void ranges(FirnTable table, String state) throws IOException {
    long[] nanos = new long[RANGES];
    for (int i = 0; i < RANGES; i++) {
      int first = random.nextInt(rows.keys() - RANGE_KEYS);
      long start = System.nanoTime();
      int index = first;
      try (CloseableIterable<Record> records =
          table
              .scan()
              .from(ReferenceRows.key(first))
              .to(ReferenceRows.key(first + RANGE_KEYS))
              .records()) {
        for (Record record : records) {
          while (!rows.isLive(index)) {
            index++;
          }
          check(record.get(0).equals(ReferenceRows.key(index)), "the keys of a range");
          index++;
        }
      }
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    figure("W5 range of 1,000 keys " + state + " p50", "milliseconds", nanos[RANGES / 2] / 1e6);
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw new AssertionError("Wrong: " + what);
    }
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private static void figure(String what, String unit, double value) {
    System.out.printf("{\"figure\":\"%s\",\"unit\":\"%s\",\"value\":%.3f}%n", what, unit, value);
  }
}
