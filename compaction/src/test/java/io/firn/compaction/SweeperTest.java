package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.ExpirePolicy;
import io.firn.catalog.ExpireResult;
import io.firn.catalog.Version;
import io.firn.service.MaintenanceGate;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.service.Ticker;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.ShiftedTicker;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class SweeperTest {

  /** A clock ahead of the file system's, so that a file just written is old. */
  private static final Ticker AHEAD = new ShiftedTicker(Duration.ofHours(1));

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path directory;

  private final ManualTicker ticker = new ManualTicker();
  private final MaintenanceGate gate =
      new MaintenanceGate(Ticker.system(), 2, Duration.ofMillis(1));
  private final Set<String> pins = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<SweepBatch> batches = new LinkedBlockingQueue<>();
  private final BlockingQueue<ExpireResult> maintained = new LinkedBlockingQueue<>();
  private FaultStorage storage;
  private TestTable table;

  @BeforeEach
  void create() {
    storage = new FaultStorage(leaks.track(new LocalStorage()));
    table = new TestTable(directory, storage);
  }

  @AfterEach
  void close() {
    table.close();
  }

  private static SweepOptions options() {
    return SweepOptions.defaults()
        .withGrace(Duration.ZERO)
        .withExpire(new ExpirePolicy(1, Duration.ZERO))
        .withMaintenance(1_000, Duration.ofDays(365));
  }

  private Sweeper sweeper(SweepOptions options, Ticker time) {
    SweepListener listener =
        new SweepListener() {
          @Override
          public void swept(SweepBatch batch) {
            batches.add(batch);
          }

          @Override
          public void maintained(ExpireResult expired, int orphans) {
            maintained.add(expired);
          }
        };
    return new Sweeper(
        table.store,
        storage,
        () -> Set.copyOf(pins),
        gate,
        options,
        listener,
        ServiceEnvironment.system().withTicker(time));
  }

  private List<String> files(int count) throws IOException {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path folder = Files.createDirectories(directory.resolve("junk" + i % 3));
      Path file = Files.write(folder.resolve("f" + i), new byte[10]);
      paths.add(file.toString());
    }
    return paths;
  }

  private SweepBatch nextBatch() {
    return Patience.next(batches);
  }

  @Test
  void aFullBatchIsDeletedAtOnceGroupedByDirectory() throws Exception {
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      List<String> paths = files(100);
      sweeper.add(paths);
      SweepBatch batch = nextBatch();
      assertThat(batch.deleted()).containsExactlyInAnyOrderElementsOf(paths).isSorted();
      assertThat(batch.bytes()).isEqualTo(1_000);
      assertThat(batch.snapshotId()).isEqualTo(table.store.version().snapshotId());
      assertThat(paths).noneMatch(path -> Files.exists(Path.of(path)));
    }
    assertThat(batches).isEmpty();
  }

  @Test
  void aSmallBatchWaitsForItsDeadlineAndNoLonger() throws Exception {
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      List<String> paths = files(3);
      sweeper.add(paths.subList(0, 1));
      ticker.advance(Duration.ofMillis(30));
      sweeper.add(paths.subList(1, 3));
      ticker.advance(Duration.ofMillis(19));
      ticker.awaitWaiters(1);
      assertThat(sweeper.stats().filesDeleted()).isZero();
      ticker.advance(Duration.ofMillis(1));
      assertThat(nextBatch().deleted()).hasSize(3);
      assertThat(sweeper.stats().batches()).isEqualTo(1);
      assertThat(sweeper.stats().pending()).isZero();
    }
  }

  @Test
  void aFileStaysForItsTimeOfGrace() throws Exception {
    SweepOptions options = options().withGrace(Duration.ofMinutes(10));
    try (Sweeper sweeper = sweeper(options, ticker)) {
      sweeper.start();
      List<String> paths = files(1);
      sweeper.add(paths);
      sweeper.sweepNow();
      ticker.advance(Duration.ofMinutes(10).minusNanos(1));
      sweeper.sweepNow();
      assertThat(batches).isEmpty();
      ticker.advance(Duration.ofMillis(51));
      assertThat(nextBatch().deleted()).containsExactly(paths.get(0));
    }
  }

  @Test
  void whatAnEarlierHolderLeftIsLookedForWhenItMayBeDeleted() throws Exception {
    String left = table.store.newDataFilePath(0);
    Files.write(Path.of(left), new byte[10]);
    table.store.fence();
    try (Sweeper sweeper = sweeper(options().withGrace(Duration.ofMinutes(10)), ticker)) {
      sweeper.start();
      sweeper.sweepNow();
      ticker.advance(Duration.ofMinutes(10).minusNanos(1));
      sweeper.sweepNow();
      assertThat(sweeper.stats().orphansFound()).isZero();
      ticker.advance(Duration.ofNanos(1));
      Patience.until(() -> !sweeper.pendingPaths().isEmpty());
      assertThat(sweeper.stats().orphansFound()).isEqualTo(1);
      ticker.advance(Duration.ofMillis(50));
      assertThat(nextBatch().deleted()).containsExactly(left);
    }
  }

  @Test
  void whatASnapshotOfTheStartMayHaveNamedStaysForItsTimeOfGrace() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    String left = table.store.newDataFilePath(0);
    Files.write(Path.of(left), new byte[10]);
    table.store.fence();
    try (Sweeper sweeper = sweeper(options().withGrace(Duration.ofMinutes(10)), ticker)) {
      sweeper.start();
      table.flush(TestTable.range(100, 200), 2);
      assertThat(table.store.expire(new ExpirePolicy(1, Duration.ZERO), Set.of()).snapshots())
          .hasSize(1);
      ticker.advance(Duration.ofMinutes(10));
      Patience.until(() -> !sweeper.pendingPaths().isEmpty());
      sweeper.sweepNow();
      assertThat(Path.of(left)).exists();
      ticker.advance(Duration.ofMinutes(10).plusMillis(50));
      assertThat(nextBatch().deleted()).containsExactly(left);
    }
  }

  @Test
  void aPinnedFileStaysUntilItIsReleased() throws Exception {
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      List<String> paths = files(2);
      pins.add(paths.get(0));
      sweeper.add(paths);
      sweeper.sweepNow();
      assertThat(nextBatch().deleted()).containsExactly(paths.get(1));
      assertThat(sweeper.pendingPaths()).containsExactly(paths.get(0));
      pins.clear();
      sweeper.pinsReleased();
      ticker.advance(Duration.ofMillis(50));
      assertThat(nextBatch().deleted()).containsExactly(paths.get(0));
    }
  }

  @Test
  void aLiveFileIsNeverDeletedWhoeverAsksForIt() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      sweeper.add(table.store.version().files().keySet());
      sweeper.sweepNow();
      assertThat(batches).isEmpty();
      assertThat(table.icebergRows()).isEqualTo(table.model);
    }
  }

  @Test
  void aFileThatFailsDoesNotStopItsBatchAndIsTriedAgainLater() throws Exception {
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      List<String> paths = files(5);
      storage
          .on(StorageOperation.DELETE, PathPattern.glob("**/f2"))
          .failOnce(() -> new IOException("not now"));
      sweeper.add(paths);
      ticker.advance(Duration.ofMillis(50));
      SweepBatch first = nextBatch();
      assertThat(first.failed()).containsExactly(paths.get(2));
      assertThat(first.deleted()).hasSize(4);
      assertThat(first.pending()).isEqualTo(1);
      assertThat(sweeper.stats().filesDeleted()).isEqualTo(4);
      assertThat(sweeper.stats().failures()).isEqualTo(1);
      sweeper.sweepNow();
      assertThat(batches).isEmpty();
      ticker.advance(Duration.ofMillis(100));
      assertThat(nextBatch().deleted()).containsExactly(paths.get(2));
      assertThat(sweeper.stats().filesDeleted()).isEqualTo(5);
    }
  }

  @Test
  void anErrorOfTheJvmReachesWhoAskedForTheSweepAndTheNextSweepGoesOn() throws Exception {
    OutOfMemoryError thrown = new OutOfMemoryError("injected");
    storage
        .on(StorageOperation.DELETE)
        .nth(1)
        .runOnce(
            path -> {
              throw thrown;
            });
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      List<String> paths = files(2);
      sweeper.add(paths);
      assertThatThrownBy(sweeper::sweepNow).isSameAs(thrown);
      ticker.advance(Duration.ofSeconds(1));
      assertThat(nextBatch().deleted()).containsExactlyInAnyOrderElementsOf(paths);
    }
  }

  @Test
  void whatExpiryLeavesUnnamedIsDeletedAndNothingElse() throws Exception {
    for (int i = 0; i < 5; i++) {
      table.flush(TestTable.range(i * 50L, 500 + i * 50L), i + 1);
    }
    CompactionOptions compaction = CompactionOptions.builder().workers(0).build();
    try (CompactionService service = new CompactionService(table, compaction);
        Sweeper sweeper = sweeper(options(), ticker)) {
      service.start();
      service.compactNow(CompactionRequest.FULL);
      Version version = table.store.version();
      assertThat(version.files()).hasSize(1);
      assertThat(table.dataFilesOnDisk()).hasSize(6);
      sweeper.start();
      sweeper.maintainAndSweepNow();
      assertThat(table.dataFilesOnDisk()).isEqualTo(version.files().keySet());
      assertThat(table.store.snapshots()).hasSize(1);
      assertThat(sweeper.stats().snapshotsExpired()).isEqualTo(5);
      assertThat(sweeper.stats().maintenanceRuns()).isEqualTo(1);
      assertThat(table.icebergRows()).isEqualTo(table.model);
    }
  }

  @Test
  void filesOfARunningJobAreNotOrphans() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    String inProgress = table.store.newDataFilePath(1);
    String orphan = table.store.newDataFilePath(1);
    Files.write(Path.of(inProgress), new byte[10]);
    Files.write(Path.of(orphan), new byte[10]);
    pins.add(inProgress);
    // The store's clock is the machine's; a negative age is the future, which the test needs.
    SweepOptions options = options().withOrphanAge(Duration.ZERO);
    try (Sweeper sweeper = sweeper(options, AHEAD)) {
      sweeper.start();
      sweeper.maintainAndSweepNow();
      assertThat(Path.of(inProgress)).exists();
      assertThat(Path.of(orphan)).doesNotExist();
      assertThat(sweeper.stats().orphansFound()).isEqualTo(1);
      assertThat(table.icebergRows()).isEqualTo(table.model);
    }
  }

  @Test
  void whatAnEarlierHolderNeverCommittedIsFoundAtTheStart() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    String earlier = table.store.newDataFilePath(1);
    Files.write(Path.of(earlier), new byte[10]);
    table.store.fence();
    String ours = table.store.newDataFilePath(1);
    Files.write(Path.of(ours), new byte[10]);
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      while (sweeper.pendingPaths().isEmpty()) {
        ticker.awaitWaiters(1);
      }
      ticker.advance(Duration.ofMillis(50));
      assertThat(nextBatch().deleted()).containsExactly(earlier);
      assertThat(Path.of(ours)).exists();
      assertThat(table.icebergRows()).isEqualTo(table.model);
    }
  }

  @Test
  void maintenanceComesAfterSoManyBatchesAndOnATimer() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    SweepOptions options =
        options().withBatches(1, Duration.ofMillis(50)).withMaintenance(3, Duration.ofHours(1));
    try (Sweeper sweeper = sweeper(options, ticker)) {
      sweeper.start();
      sweeper.add(files(2));
      nextBatch();
      nextBatch();
      ticker.awaitWaiters(1);
      assertThat(maintained).isEmpty();
      sweeper.add(List.of(Files.write(directory.resolve("third"), new byte[1]).toString()));
      assertThat(Patience.next(maintained)).isNotNull();
      ticker.awaitWaiters(1);
      ticker.advance(Duration.ofHours(1));
      assertThat(Patience.next(maintained)).isNotNull();
    }
  }

  @Test
  void aSweepThatNobodyCouldTakeIsCountedAndItsFilesStayOnTheList() throws Exception {
    try (Sweeper sweeper = sweeper(options(), ticker)) {
      sweeper.start();
      ticker.awaitWaiters(1);
      sweeper.stop();
      assertThat(sweeper.stats().refused()).isZero();
      List<String> files = files(2);
      sweeper.add(files);
      assertThat(sweeper.stats().refused()).isEqualTo(1);
      assertThat(sweeper.pendingPaths()).containsExactlyInAnyOrderElementsOf(files);
    }
  }

  @Test
  void snapshotsExpireAfterSoManyNewOnes() throws Exception {
    for (int i = 0; i < 5; i++) {
      table.flush(TestTable.range(i * 50L, 500 + i * 50L), i + 1);
    }
    SweepOptions options = options().withExpirySnapshots(3);
    try (Sweeper sweeper = sweeper(options, ticker)) {
      sweeper.start();
      sweeper.snapshotCommitted();
      sweeper.snapshotCommitted();
      ticker.awaitWaiters(1);
      assertThat(table.store.snapshots()).hasSize(5);
      sweeper.snapshotCommitted();
      while (sweeper.stats().snapshotsExpired() == 0) {
        ticker.awaitWaiters(1);
      }
      assertThat(table.store.snapshots()).hasSize(1);
      assertThat(sweeper.stats().maintenanceRuns()).isZero();
      assertThat(table.icebergRows()).isEqualTo(table.model);
    }
  }

  @Test
  void maintenanceMakesWayForExclusiveWorkAndCountsItUnlessItIsAskedFor() throws Exception {
    SweepOptions options = options().withMaintenance(1_000, Duration.ofHours(1));
    try (Sweeper sweeper = sweeper(options, ticker)) {
      sweeper.start();
      ticker.awaitWaiters(1);
      MaintenanceGate.Pass exclusive = gate.enterExclusive();
      ticker.advance(Duration.ofHours(1));
      while (sweeper.stats().maintenanceSkips() == 0) {
        Thread.onSpinWait();
      }
      assertThat(sweeper.stats().maintenanceRuns()).isZero();
      CompletableFuture<Void> asked = CompletableFuture.runAsync(sweeper::maintainAndSweepNow);
      assertThat(asked).isNotDone();
      exclusive.close();
      asked.get();
      assertThat(sweeper.stats().maintenanceRuns()).isEqualTo(1);
      assertThat(sweeper.stats().maintenanceSkips()).isEqualTo(1);
    }
  }

  @Test
  void closingDeletesWhatIsDueAndTheRestIsFoundAgain() throws Exception {
    table.flush(TestTable.range(0, 100), 1);
    String due = files(1).get(0);
    String later = table.store.newDataFilePath(0);
    Files.write(Path.of(later), new byte[10]);
    Sweeper first = sweeper(options().withGrace(Duration.ofHours(1)), ticker);
    first.start();
    first.add(List.of(due));
    ticker.advance(Duration.ofHours(1));
    first.add(List.of(later));
    first.close();
    first.close();
    assertThat(Path.of(due)).doesNotExist();
    assertThat(Path.of(later)).exists();
    assertThat(first.pendingPaths()).containsExactly(later);
    try (Sweeper second = sweeper(options().withOrphanAge(Duration.ZERO), AHEAD)) {
      second.start();
      second.maintainAndSweepNow();
      assertThat(Path.of(later)).doesNotExist();
      Set<String> live = new HashSet<>(table.store.version().files().keySet());
      assertThat(table.dataFilesOnDisk()).isEqualTo(live);
    }
  }

  @Test
  void withoutAWorkerNothingIsDeletedUnlessAskedFor() throws Exception {
    try (Sweeper sweeper = sweeper(options().withWorkers(0), ticker)) {
      sweeper.start();
      List<String> paths = files(200);
      sweeper.add(paths);
      assertThat(batches).isEmpty();
      assertThat(sweeper.stats().refused()).isEqualTo(1);
      sweeper.sweepNow();
      assertThat(nextBatch().deleted()).hasSize(100);
      assertThat(nextBatch().deleted()).hasSize(100);
      assertThat(paths).noneMatch(path -> Files.exists(Path.of(path)));
    }
  }
}
