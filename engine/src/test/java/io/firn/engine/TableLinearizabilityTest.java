package io.firn.engine;

import io.firn.testkit.CrashStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.data.Record;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Puts, deletes, batches, gets, scans and snapshots of one table are single steps, while memtables
 * are flushed and files compacted under them.
 */
class TableLinearizabilityTest {

  private static final int KEYS = 4;
  private static final int NOTHING = -1;

  private static final AtomicLong SUBJECTS = new AtomicLong();

  /** The table of all subjects, in the process of Lincheck; each has keys of its own in it. */
  private static final class Shared {
    static final FirnTable TABLE =
        FirnTable.builder()
            .path("/linearizability/table")
            .schema(Rows.SCHEMA)
            .key("id")
            .storage(new CrashStorage())
            .option("memtable-bytes-max", "64kb")
            .open();

    static {
      Thread upheaval =
          new Thread(
              () -> {
                while (true) {
                  TABLE.flush();
                  TABLE.compact(CompactionKind.DUE);
                }
              },
              "upheaval");
      upheaval.setDaemon(true);
      upheaval.start();
    }
  }

  /** Some keys of the table. */
  @Param(name = "key", gen = IntGen.class, conf = "0:3")
  @Param(name = "value", gen = IntGen.class, conf = "0:9")
  public static class Subject {
    private final FirnTable table = Shared.TABLE;
    private final long base = SUBJECTS.getAndIncrement() * KEYS;

    private Record row(int key, int value) {
      return Rows.row(base + key, Integer.toString(value), null);
    }

    @Operation
    public void put(@Param(name = "key") int key, @Param(name = "value") int value) {
      table.put(row(key, value));
    }

    @Operation
    public void delete(@Param(name = "key") int key) {
      table.delete(base + key);
    }

    /** Two rows and a delete as one. */
    @Operation
    public void batch(@Param(name = "key") int key, @Param(name = "value") int value) {
      WriteBatch batch = table.newBatch();
      batch.put(row(key, value));
      batch.put(row((key + 1) % KEYS, value));
      batch.delete(base + (key + 2) % KEYS);
      table.write(batch, WriteOptions.of(Durability.ASYNC));
    }

    @Operation
    public int get(@Param(name = "key") int key) {
      return table.get(base + key).map(Subject::value).orElse(NOTHING);
    }

    @Operation
    public List<Integer> scan() {
      return values(table.scan());
    }

    @Operation
    public List<Integer> snapshot() {
      try (TableSnapshot snapshot = table.snapshot()) {
        return values(snapshot.scan());
      }
    }

    private List<Integer> values(Scan scan) {
      List<Integer> values = new ArrayList<>();
      for (Record row : Rows.all(scan.from(base).to(base + KEYS))) {
        values.add((int) ((Long) row.getField("id") - base));
        values.add(value(row));
      }
      return values;
    }

    private static int value(Record row) {
      return Integer.parseInt((String) row.getField("name"));
    }
  }

  /** A map. */
  public static class Model {
    private final TreeMap<Integer, Integer> rows = new TreeMap<>();

    public void put(int key, int value) {
      rows.put(key, value);
    }

    public void delete(int key) {
      rows.remove(key);
    }

    public void batch(int key, int value) {
      rows.put(key, value);
      rows.put((key + 1) % KEYS, value);
      rows.remove((key + 2) % KEYS);
    }

    public int get(int key) {
      return rows.getOrDefault(key, NOTHING);
    }

    public List<Integer> scan() {
      List<Integer> values = new ArrayList<>();
      rows.forEach(
          (key, value) -> {
            values.add(key);
            values.add(value);
          });
      return values;
    }

    public List<Integer> snapshot() {
      return scan();
    }
  }

  @Test
  void everyOperationIsASingleStepWhateverGoesOnBelow() throws Exception {
    Linearizability.check(Subject.class, Model.class, 8, 40);
  }
}
