package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.TableListener.BackpressureEvent;
import io.firn.engine.TableListener.BackpressureState;
import io.firn.engine.TableListener.SweepEvent;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.error.WriteStalledException;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceState;
import io.firn.service.ServiceStats;
import io.firn.storage.LocalStorage;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every option does what it says: each test fails if its option is ignored. */
class OptionEffectTest {

  private static final PathPattern SPILLED_ROWS = PathPattern.glob("**/_firn/cache/*.rows");
  private static final PathPattern DATA_FILES = PathPattern.glob("**/data/*.parquet");
  private static final PathPattern LOG_FILES = PathPattern.glob("**/wal/*");
  private static final WriteOptions NONE = WriteOptions.of(Durability.NONE);

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @RegisterExtension final Seeds seeds = new Seeds();

  @TempDir Path directory;

  private final TableEvents events = new TableEvents();
  private final FaultStorage faults = new FaultStorage(new LocalStorage());
  private final CountingStorage counts = new CountingStorage(faults);

  /** A table that does nothing by itself unless a test asks for it. */
  private FirnTable.Builder quiet() {
    return Rows.at(directory)
        .storage(counts)
        .listener(events)
        .option("flush-interval-millis", "1d")
        .option("refresh-interval-millis", "0");
  }

  private void putLarge(FirnTable table, int rows) {
    for (int i = 0; i < rows; i++) {
      table.put(Rows.row(i, "y".repeat(1_000), null), NONE);
    }
  }

  /** Rows that stay as large on disk as they are. */
  private void putIncompressible(FirnTable table, int rows, int length) {
    Random random = seeds.random();
    for (int i = 0; i < rows; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < length; j++) {
        text.append((char) (' ' + random.nextInt(95)));
      }
      table.put(Rows.row(i, text.toString(), random.nextDouble()), NONE);
    }
    table.flush();
  }

  private static ServiceStats service(FirnTable table, String name) {
    return table.stats().services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void putFile(FirnTable table, long... ids) {
    for (long id : ids) {
      table.put(Rows.row(id), NONE);
    }
    table.flush();
  }

  private WriteStalledException writeUntilStalled(FirnTable table) {
    faults
        .on(StorageOperation.CREATE, DATA_FILES)
        .failForGood(() -> new IOException("No space left on device"));
    while (true) {
      try {
        putLarge(table, 100);
      } catch (WriteStalledException e) {
        return e;
      }
    }
  }

  @Test
  void theDefaultDurabilityIsTheOneChosen() {
    try (FirnTable table = quiet().option("durability", "none").open()) {
      counts.reset();
      table.put(Rows.row(1));
      table.delete(2L);
      assertThat(counts.calls(StorageOperation.SYNC, LOG_FILES)).isZero();
    }
    try (FirnTable table = quiet().option("durability", "sync").open()) {
      counts.reset();
      table.put(Rows.row(1));
      assertThat(counts.calls(StorageOperation.SYNC, LOG_FILES)).isPositive();
    }
  }

  @Test
  @ProvesOption(OptionKey.MEMTABLE_BYTES_MAX)
  void aFullMemtableIsFlushed() throws Exception {
    try (FirnTable table = quiet().option("memtable-bytes-max", "64kb").open()) {
      putLarge(table, 200);
      assertThat(TableEvents.next(events.flushes).rowsWritten()).isBetween(10L, 70L);
    }
  }

  @Test
  @ProvesOption({OptionKey.IMMUTABLE_MEMTABLES_MAX, OptionKey.WRITE_STALL_MILLIS_MAX})
  void writersStallBehindSoManyMemtablesAndForSoLong() {
    try (FirnTable table =
        quiet()
            .option("memtable-bytes-max", "64kb")
            .option("immutable-memtables-max", "2")
            .option("write-stall-millis-max", "37ms")
            .open()) {
      assertThat(writeUntilStalled(table))
          .hasMessageContaining("within 37 ms")
          .hasMessageContaining("2 memtables wait");
      assertThat(table.stats().immutableMemtables()).isEqualTo(2);
      faults.heal();
    }
  }

  @Test
  @ProvesOption(OptionKey.FLUSH_WORKERS)
  void soManyMemtablesAreWrittenAtOnce() {
    int workers = 3;
    CountDownLatch together = new CountDownLatch(workers);
    try (FirnTable table =
        quiet()
            .option("memtable-bytes-max", "64kb")
            .option("immutable-memtables-max", "10")
            .option("flush-workers", "3")
            .open()) {
      for (int i = 1; i <= workers; i++) {
        faults
            .on(StorageOperation.CREATE, DATA_FILES)
            .nth(i)
            .runOnce(
                path -> {
                  together.countDown();
                  Patience.await(together);
                });
      }
      putLarge(table, 400);
      table.flush();
      assertThat(together.getCount()).isZero();
      assertThat(service(table, "flush").failed()).isZero();
      assertThat(service(table, "flush").workers()).isEqualTo(workers);
    }
  }

  @Test
  @ProvesOption(OptionKey.FLUSH_INTERVAL_MILLIS)
  void writtenRowsAreFlushedWithinTheInterval() throws Exception {
    try (FirnTable table = quiet().option("flush-interval-millis", "80ms").open()) {
      assertThat(service(table, "flush").interval()).isLessThan(Duration.ofMillis(81));
      table.put(Rows.row(1), NONE);
      assertThat(TableEvents.next(events.flushes).sequence()).isEqualTo(1);
    }
  }

  @Test
  @ProvesOption(OptionKey.WAL_SYNC_INTERVAL_MILLIS)
  void asynchronousWritesAreSyncedWithinTheIntervalAndNoSooner() throws Exception {
    ManualTicker ticker = new ManualTicker();
    try (FirnTable table =
        quiet()
            .environment(ServiceEnvironment.system().withTicker(ticker))
            .option("wal-sync-interval-millis", "1m")
            .open()) {
      table.put(Rows.row(1));
      CountDownLatch synced = new CountDownLatch(1);
      faults.on(StorageOperation.SYNC, LOG_FILES).runOnce(path -> synced.countDown());
      WriteToken token = table.put(Rows.row(2), WriteOptions.of(Durability.ASYNC));
      ticker.advance(Duration.ofSeconds(59));
      assertThat(synced.await(300, TimeUnit.MILLISECONDS)).as("synced at the default").isFalse();
      token.awaitDurable();
      assertThat(synced.getCount()).isZero();
    }
    try (FirnTable table = quiet().option("wal-sync-interval-millis", "5ms").open()) {
      CountDownLatch synced = new CountDownLatch(1);
      faults.on(StorageOperation.SYNC, LOG_FILES).runOnce(path -> synced.countDown());
      table.put(Rows.row(3), WriteOptions.of(Durability.ASYNC));
      Patience.await(synced);
    }
  }

  @Test
  @ProvesOption(OptionKey.SORTED_RUNS_SLOWDOWN)
  void writersAreDelayedFromSoManyRunsOn() throws Exception {
    try (FirnTable table =
        quiet()
            .option("compaction-workers", "0")
            .option("compaction-level0-files", "2")
            .option("sorted-runs-slowdown", "2")
            .open()) {
      putFile(table, 1, 5);
      putFile(table, 1, 5);
      assertThat(events.backpressure).isEmpty();
      table.put(Rows.row(1), NONE);
      BackpressureEvent delayed = TableEvents.next(events.backpressure);
      assertThat(delayed.state()).isEqualTo(BackpressureState.DELAYED);
      assertThat(delayed.reason()).contains("2 sorted runs");
    }
  }

  @Test
  @ProvesOption(OptionKey.SORTED_RUNS_STOP)
  void writersAreStoppedAtSoManyRuns() {
    try (FirnTable table =
        quiet()
            .option("compaction-workers", "0")
            .option("compaction-level0-files", "2")
            .option("sorted-runs-slowdown", "2")
            .option("sorted-runs-stop", "3")
            .open()) {
      for (int i = 0; i < 3; i++) {
        putFile(table, 1, 5 + i, 10);
      }
      assertThatThrownBy(() -> table.put(Rows.row(1)))
          .isInstanceOf(WriteStalledException.class)
          .hasMessageContaining("3 sorted runs");
    }
  }

  @Test
  @ProvesOption(OptionKey.ROW_BYTES_MAX)
  void largerRowsAreRefused() {
    try (FirnTable table = quiet().option("row-bytes-max", "2kb").open()) {
      assertThatThrownBy(() -> table.put(Rows.row(1, "x".repeat(2_100), null)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("row-bytes-max, 2048");
      table.put(Rows.row(1, "x".repeat(1_900), null));
      assertThat(table.stats().sequence()).isEqualTo(1);
    }
    assertThatThrownBy(() -> quiet().option("row-bytes-max", "17mb").open())
        .as("more than a row can be encoded into")
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("row-bytes-max");
  }

  @Test
  @ProvesOption(OptionKey.COMPACTION_WORKERS)
  void soManyThreadsCompactAndNoneIfNoneIsWanted() {
    try (FirnTable table = quiet().option("compaction-workers", "3").open()) {
      assertThat(service(table, "compaction").workers()).isEqualTo(3);
    }
    try (FirnTable table =
        quiet().option("compaction-workers", "0").option("compaction-level0-files", "2").open()) {
      for (int i = 0; i < 5; i++) {
        putFile(table, 1, 5 + i, 10);
      }
      assertThat(service(table, "compaction").enabled()).isFalse();
      assertThat(service(table, "compaction").queued()).isZero();
      assertThat(table.stats().levels().get(0).files()).isEqualTo(5);
      assertThat(table.compact(CompactionKind.DUE).jobs()).isPositive();
    }
  }

  @Test
  @ProvesOption(OptionKey.COMPACTION_LEVEL0_FILES)
  void soManyFilesInLevelZeroAreCompacted() throws Exception {
    try (FirnTable table = quiet().option("compaction-level0-files", "2").open()) {
      putFile(table, 1, 5, 10);
      putFile(table, 2, 6, 11);
      assertThat(TableEvents.next(events.compactions).filesIn()).isEqualTo(2);
    }
  }

  @Test
  @ProvesOption(OptionKey.COMPACTION_TARGET_FILE_BYTES)
  void compactionCutsFilesAtTheTarget() {
    try (FirnTable table =
        quiet()
            .option("compaction-workers", "0")
            .option("compaction-target-file-bytes", "64kb")
            .open()) {
      putIncompressible(table, 12_000, 60);
      table.put(Rows.row(500), NONE);
      table.compact(CompactionKind.FULL);
      assertThat(table.files()).hasSizeGreaterThan(2);
      assertThat(table.files()).allMatch(file -> file.lengthBytes() < 512 << 10);
    }
  }

  @Test
  @ProvesOption({OptionKey.COMPACTION_LEVEL_BASE_BYTES, OptionKey.COMPACTION_LEVEL_MULTIPLIER})
  void theSizesOfLevelsFollowBaseAndMultiplier() {
    try (FirnTable table = levels("64kb", "10")) {
      putIncompressible(table, 600, 500);
      table.put(Rows.row(300), NONE);
      table.compact(CompactionKind.FULL);
      assertThat(table.files()).allMatch(file -> file.level() == 2);
      double score = table.stats().levels().get(2).score();
      assertThat(score * 640 * 1024)
          .isCloseTo((double) table.stats().liveBytes(), Offset.offset(1.0));
    }
    try (FirnTable table = levels("64kb", "2")) {
      table.put(Rows.row(301), NONE);
      table.compact(CompactionKind.FULL);
      assertThat(table.files()).allMatch(file -> file.level() > 2);
    }
    try (FirnTable table = levels("1mb", "2")) {
      double score = table.stats().levels().get(1).score();
      assertThat(score).as("in a larger level nothing is due").isLessThan(1);
    }
  }

  private FirnTable levels(String base, String multiplier) {
    return quiet()
        .option("compaction-workers", "0")
        .option("compaction-target-file-bytes", "64kb")
        .option("compaction-level-base-bytes", base)
        .option("compaction-level-multiplier", multiplier)
        .open();
  }

  @Test
  @ProvesOption(OptionKey.COMPACTION_MASKED_PERCENT)
  void aFileWithThisShareOfMaskedRowsIsRewritten() throws Exception {
    try (FirnTable table = quiet().option("compaction-masked-percent", "8").open()) {
      for (long i = 0; i < 100; i++) {
        table.put(Rows.row(i), NONE);
      }
      table.compact(CompactionKind.FULL);
      for (long i = 0; i < 10; i++) {
        table.delete(i);
      }
      table.flush();
      TableEvents.next(events.compactions);
      Patience.until(() -> table.stats().levels().stream().allMatch(l -> l.maskedRows() == 0));
      assertThat(Rows.all(table.scan())).hasSize(90);
    }
  }

  @Test
  @ProvesOption(OptionKey.PAGE_CACHE_BYTES_MAX)
  void pagesAreReadAgainIfNoneMayBeKept() {
    for (String bytes : List.of("0", "1mb")) {
      try (FirnTable table = quiet().option("page-cache-bytes-max", bytes).open()) {
        putFile(table, 1, 2, 3);
        // The first look at a stretch of rows reads a row, the second one keeps the stretch.
        assertThat(table.get(2L)).isPresent();
        assertThat(table.get(2L)).isPresent();
        counts.reset();
        assertThat(table.get(2L)).isPresent();
        assertThat(counts.calls(StorageOperation.READ, DATA_FILES) > 0)
            .as("reads with a cache of %s", bytes)
            .isEqualTo(bytes.equals("0"));
      }
    }
  }

  @Test
  @ProvesOption(OptionKey.PAGE_CACHE_DISK_BYTES_MAX)
  void rowsWithoutRoomInMemoryAreKeptOnDisk() {
    for (String bytes : List.of("0", "1mb")) {
      try (FirnTable table =
          quiet()
              .option("page-cache-bytes-max", "0")
              .option("page-cache-disk-bytes-max", bytes)
              .open()) {
        putFile(table, 1, 2, 3);
        for (int look = 0; look < 3; look++) {
          counts.reset();
          assertThat(table.get(2L)).contains(Rows.row(2));
        }
        assertThat(counts.calls(StorageOperation.READ, SPILLED_ROWS) > 0)
            .as("reads of rows on disk, of which there may be %s", bytes)
            .isEqualTo(bytes.equals("1mb"));
      }
    }
  }

  @Test
  @ProvesOption(OptionKey.SCAN_WORKERS)
  void scansAreReadAheadByAsManyThreadsAsWished() throws IOException {
    for (int workers : List.of(0, 1)) {
      try (FirnTable table = quiet().option("scan-workers", "" + workers).open()) {
        WriteBatch batch = table.newBatch();
        for (long key = 0; key < 20_000; key++) {
          batch.put(Rows.row(key));
        }
        table.write(batch);
        table.flush();
        try (CloseableIterable<Record> rows = table.scan().unordered().records()) {
          assertThat(rows).hasSizeGreaterThanOrEqualTo(20_000);
        }
        if (workers > 0) {
          Patience.until(() -> service(table, "scan").done() > 0);
        } else {
          assertThat(service(table, "scan").enabled()).isFalse();
          assertThat(service(table, "scan").done()).isZero();
        }
      }
    }
  }

  @Test
  @ProvesOption(OptionKey.SNAPSHOT_MEMORY_BYTES_MAX)
  void snapshotsAreGivenUpBeyondTheirMemory() {
    try (FirnTable table = quiet().option("snapshot-memory-bytes-max", "0").open()) {
      table.put(Rows.row(1), NONE);
      try (TableSnapshot snapshot = table.snapshot()) {
        assertThat(snapshot.get(1L)).isPresent();
        table.flush();
        assertThatThrownBy(() -> snapshot.get(1L))
            .isInstanceOf(SnapshotUnavailableException.class)
            .hasMessageContaining("snapshot-memory-bytes-max, 0");
      }
    }
  }

  @Test
  @ProvesOption(OptionKey.REFRESH_INTERVAL_MILLIS)
  void aForeignCommitBecomesVisibleWithoutACall() {
    try (FirnTable table = quiet().option("refresh-interval-millis", "20ms").open()) {
      putFile(table, 1);
      putFile(table, 2);
      long own = table.stats().snapshotId();
      Table iceberg = new HadoopTables().load(directory.toString());
      String first =
          table.files().stream()
              .filter(file -> file.firstKey().equals(List.of(1L)))
              .findFirst()
              .orElseThrow()
              .path();
      iceberg.newDelete().deleteFile(first).commit();
      long foreign = new HadoopTables().load(directory.toString()).currentSnapshot().snapshotId();
      assertThat(foreign).isNotEqualTo(own);
      Patience.until(() -> table.get(1L).isEmpty());
      assertThat(table.stats().snapshotId()).isEqualTo(foreign);
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(2));
      table.put(Rows.row(3));
    }
    try (FirnTable table = quiet().open()) {
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(2), Rows.row(3));
    }
  }

  @Test
  @ProvesOption({OptionKey.SNAPSHOTS_RETAINED_MIN, OptionKey.SNAPSHOT_AGE_MILLIS_MAX})
  void snapshotsExpireByAgeBeyondThoseRetained() {
    try (FirnTable table = expiring("5", "0").open()) {
      List<Long> written = flushEight(table);
      table.sweep();
      assertThat(table.snapshots())
          .extracting(snapshot -> snapshot.snapshotId())
          .containsExactlyElementsOf(written.subList(3, 8));
    }
    try (FirnTable table = expiring("2", "1h").open()) {
      table.sweep();
      assertThat(table.snapshots()).as("none is an hour old").hasSize(5);
    }
    try (FirnTable table = expiring("2", "0").open()) {
      table.sweep();
      assertThat(table.snapshots()).hasSize(2);
    }
  }

  private FirnTable.Builder expiring(String retained, String age) {
    return quiet()
        .option("compaction-workers", "0")
        .option("snapshots-retained-min", retained)
        .option("snapshot-age-millis-max", age);
  }

  private static List<Long> flushEight(FirnTable table) {
    List<Long> snapshots = new ArrayList<>();
    for (long i = 0; i < 8; i++) {
      table.put(Rows.row(1), NONE);
      snapshots.add(table.flush().snapshotId());
    }
    return snapshots;
  }

  @Test
  @ProvesOption(OptionKey.SWEEP_GRACE_MILLIS)
  void filesAreDeletedOnlyAfterTheirGrace() {
    try (FirnTable table = expiring("1", "0").option("sweep-grace-millis", "1d").open()) {
      flushEight(table);
      assertThat(table.sweep()).isZero();
    }
    try (FirnTable table = expiring("1", "0").option("sweep-grace-millis", "0").open()) {
      flushEight(table);
      assertThat(table.sweep()).isPositive();
    }
  }

  @Test
  @ProvesOption(OptionKey.SWEEP_BATCH_FILES)
  void soManyDueFilesAreDeletedAtOnce() throws Exception {
    plantLeftovers(6);
    try (FirnTable table =
        quiet()
            .option("sweep-grace-millis", "0")
            .option("sweep-batch-files", "3")
            .option("sweep-batch-millis", "60s")
            .open()) {
      assertThat(TableEvents.next(events.sweeps)).extracting(SweepEvent::files).isEqualTo(3);
      assertThat(TableEvents.next(events.sweeps)).extracting(SweepEvent::files).isEqualTo(3);
      assertThat(table.files()).isEmpty();
    }
  }

  @Test
  @ProvesOption(OptionKey.SWEEP_BATCH_MILLIS)
  void fewerFilesAreDeletedAfterAWhile() throws Exception {
    plantLeftovers(2);
    try (FirnTable table = quiet().option("sweep-grace-millis", "0").open()) {
      assertThat(TableEvents.next(events.sweeps).files()).isEqualTo(2);
      assertThat(table.files()).isEmpty();
    }
    plantLeftovers(2);
    ManualTicker ticker = new ManualTicker();
    try (FirnTable table =
        quiet()
            .environment(ServiceEnvironment.system().withTicker(ticker))
            .option("sweep-grace-millis", "0")
            .option("sweep-batch-millis", "60s")
            .open()) {
      ticker.advance(Duration.ofSeconds(59));
      assertThat(events.sweeps.poll(300, TimeUnit.MILLISECONDS)).as("at the default").isNull();
      assertThat(table.sweep()).isEqualTo(2);
    }
  }

  /** Data files that a writer before this one wrote and never committed. */
  private void plantLeftovers(int count) throws IOException {
    try (FirnTable table = quiet().open()) {
      assertThat(table.files()).isEmpty();
    }
    for (int i = 0; i < count; i++) {
      Files.writeString(directory.resolve("data/L0-1-" + i + "-deadbeef.parquet"), "half a file");
    }
  }

  @Test
  @ProvesOption(OptionKey.CLOSE_MILLIS_MAX)
  void aCloseGivesUpWaitingForAFlushInTime() throws Exception {
    FirnTable table = quiet().option("close-millis-max", "100ms").open();
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    faults
        .on(StorageOperation.CREATE, DATA_FILES)
        .runOnce(
            path -> {
              stuck.countDown();
              Patience.await(release);
            });
    table.put(Rows.row(1));
    CompletableFuture<Void> closed = CompletableFuture.runAsync(table::close);
    stuck.await();
    // The wait is over once the service is being stopped, which waits for the unit in progress.
    Patience.until(() -> service(table, "flush").state() == ServiceState.STOPPING);
    release.countDown();
    assertThatThrownBy(closed::get).hasRootCauseInstanceOf(WriteStalledException.class);
    try (FirnTable again = quiet().open()) {
      assertThat(again.get(1L)).contains(Rows.row(1));
    }
  }
}
