package io.firn.reliability;

import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import io.firn.engine.TableSnapshot;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;

/** Writes keys that nobody else does, and reads them as it wrote them. Of one thread. */
final class StressWriter {

  private final FirnTable table;
  private final long base;
  private final Random random;
  private final NavigableMap<Long, Record> rows = new TreeMap<>();

  /**
   * @param base its keys are the {@link Workload#KEYS} from there on
   */
  StressWriter(FirnTable table, long base, long seed) {
    this.table = table;
    this.base = base;
    this.random = new Random(seed);
  }

  /** What it has written; once its thread is done. */
  NavigableMap<Long, Record> rows() {
    return rows;
  }

  /** So many batches, with reads between them. */
  void run(int steps) {
    Durability[] durabilities = Durability.values();
    for (int step = 0; step < steps; step++) {
      write(step, durabilities[random.nextInt(durabilities.length)]);
      long key = base + random.nextInt(Workload.KEYS);
      if (!table.get(key).equals(Optional.ofNullable(rows.get(key)))) {
        throw new AssertionError("step " + step + ": wrong row of key " + key);
      }
      if (random.nextInt(4) == 0) {
        check(table.scan(), rows, "scan at step " + step);
      }
      if (random.nextInt(8) == 0) {
        try (TableSnapshot snapshot = table.snapshot()) {
          NavigableMap<Long, Record> before = new TreeMap<>(rows);
          write(step, Durability.ASYNC);
          check(snapshot.scan(), before, "snapshot at step " + step);
        }
      }
    }
  }

  private void write(int step, Durability durability) {
    WriteBatch batch = table.newBatch();
    for (int i = random.nextInt(20); i >= 0; i--) {
      long key = base + random.nextInt(Workload.KEYS);
      if (random.nextInt(5) == 0) {
        batch.delete(key);
        rows.remove(key);
      } else {
        Record row = Rows.row(key, step + 1L);
        batch.put(row);
        rows.put(key, row);
      }
    }
    table.write(batch, WriteOptions.of(durability));
  }

  private void check(Scan scan, NavigableMap<Long, Record> expected, String moment) {
    List<Record> found = Rows.all(scan.from(base).to(base + Workload.KEYS).records());
    if (!found.equals(List.copyOf(expected.values()))) {
      throw new AssertionError(
          moment + " from key " + base + ": " + found.size() + " rows, not " + expected.size());
    }
  }
}
