package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SnapshotInfo;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.ModelTable;
import io.firn.testkit.Seeds;
import io.firn.testkit.SurvivalMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A machine that dies at any moment, losing what was not synced in any way it likes: what was
 * acknowledged is there, batches are whole, nothing is there that was not attempted before
 * something that is missing, and every snapshot is the state at its sequence number.
 */
class CrashTest {

  private static final String TABLE = "/tables/t";
  private static final int CRASHES = 120;

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @Test
  void whatWasAcknowledgedSurvivesACrashAtAnyMoment() {
    long total = mutationsOfAWholeRun();
    for (int i = 0; i < CRASHES; i++) {
      SurvivalMode mode = SurvivalMode.values()[i % SurvivalMode.values().length];
      new Workload(new CrashStorage(), seeds.random(i))
          .crashAndRecover(1 + i * total / CRASHES, mode);
    }
  }

  private long mutationsOfAWholeRun() {
    CrashStorage storage = new CrashStorage();
    new Workload(storage, seeds.random(-1)).run();
    return storage.mutations();
  }

  private static FirnTable open(CrashStorage storage) {
    return FirnTable.builder()
        .path(TABLE)
        .schema(Rows.SCHEMA)
        .key("id")
        .storage(storage)
        .options(
            FirnOptions.builder()
                .set(OptionKey.MEMTABLE_BYTES_MAX, 64 << 10)
                .set(OptionKey.COMPACTION_LEVEL0_FILES, 3)
                .set(OptionKey.SWEEP_GRACE_MILLIS, 0)
                .set(OptionKey.SNAPSHOT_AGE_MILLIS_MAX, 0)
                .set(OptionKey.SNAPSHOTS_RETAINED_MIN, 3)
                .set(OptionKey.WRITE_STALL_MILLIS_MAX, 2_000)
                .set(OptionKey.CLOSE_MILLIS_MAX, 1_000)
                .build())
        .open();
  }

  /** Batches of random writes, a record of what was attempted and what was acknowledged. */
  private static final class Workload {
    private final CrashStorage storage;
    private final Random random;
    private final ModelTable<Long, Record> attempted =
        new ModelTable<>(Comparator.<Long>naturalOrder());
    private final List<Long> batchEnds = new ArrayList<>(List.of(0L));
    private long acknowledged;

    Workload(CrashStorage storage, Random random) {
      this.storage = storage;
      this.random = random;
    }

    void run() {
      try (FirnTable table = open(storage)) {
        for (int i = 0; i < 60; i++) {
          write(table);
          if (i % 10 == 9) {
            table.flush();
          }
          if (i == 45) {
            table.compact(CompactionKind.FULL);
            table.sweep();
          }
        }
      }
    }

    private void write(FirnTable table) {
      WriteBatch batch = table.newBatch();
      for (int i = random.nextInt(6); i >= 0; i--) {
        long key = random.nextInt(150);
        if (random.nextInt(5) == 0) {
          batch.delete(key);
          attempted.delete(attempted.sequence() + 1, key);
        } else {
          Record row = Rows.row(key, "v" + attempted.sequence(), null);
          batch.put(row);
          attempted.put(attempted.sequence() + 1, key, row);
        }
      }
      batchEnds.add(attempted.sequence());
      table.write(batch);
      acknowledged = attempted.sequence();
    }

    void crashAndRecover(long mutations, SurvivalMode mode) {
      storage.crashAfterMutations(mutations);
      try {
        run();
      } catch (FirnException e) {
        assertThat(storage.crashed()).as("an error without a crash: " + e).isTrue();
      }
      CrashStorage survivor = storage.crash(mode, random.nextLong());
      String moment = "crash after " + mutations + " mutations, " + mode + " survives";
      try (FirnTable table = open(survivor)) {
        long recovered = table.stats().sequence();
        assertThat(recovered)
            .as(moment)
            .isBetween(acknowledged, attempted.sequence())
            .isIn(batchEnds);
        assertThat(Rows.all(table.scan()))
            .as(moment)
            .isEqualTo(List.copyOf(attempted.stateAt(recovered).values()));
        compareSnapshots(table, moment);
        table.put(Rows.row(1_000));
        table.flush();
        assertThat(table.get(1_000L)).contains(Rows.row(1_000));
      }
    }

    private void compareSnapshots(FirnTable table, String moment) {
      for (SnapshotInfo snapshot : table.snapshots()) {
        NavigableMap<Long, Record> expected = attempted.stateAt(snapshot.sequence().getAsLong());
        assertThat(Rows.all(table.scan().asOf(snapshot.snapshotId())))
            .as(moment + ", " + snapshot)
            .isEqualTo(List.copyOf(expected.values()));
      }
    }
  }
}
