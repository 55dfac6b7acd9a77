package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.FlushCommit;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionPlan.Kind;
import io.firn.compaction.CompactionResult.Abandoned;
import io.firn.compaction.CompactionResult.Reason;
import io.firn.error.ClosedException;
import io.firn.error.CommitUnknownException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.service.ServiceState;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.Seeds;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.hadoop.HadoopTables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class CompactionServiceTest {

  /** Only a hang takes as long. */
  private static final Duration LONG = Duration.ofMinutes(5);

  @RegisterExtension final Seeds seeds = new Seeds();
  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path directory;

  private FaultStorage storage;
  private TestTable table;
  private final ConcurrentLinkedQueue<CompactionResult> results = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Version> versions = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Runnable> onStart = new AtomicReference<>(() -> {});

  @BeforeEach
  void create() {
    storage = new FaultStorage(leaks.track(new LocalStorage()));
    table =
        new TestTable(directory, storage) {
          @Override
          public void onVersion(Version version) {
            versions.add(version);
          }

          @Override
          public CompactionListener listener() {
            return new CompactionListener() {
              @Override
              public void started(CompactionPlan plan) {
                onStart.get().run();
              }

              @Override
              public void finished(CompactionPlan plan, CompactionResult result, long nanos) {
                results.add(result);
              }
            };
          }
        };
  }

  @AfterEach
  void close() {
    table.close();
  }

  private static CompactionOptions.Builder options() {
    return CompactionOptions.builder()
        .l0FilesTrigger(4)
        .targetFileBytes(20_000)
        .levelBaseBytes(200_000)
        .maxInputBytesPerJob(100_000_000);
  }

  private CompactionService service(CompactionOptions options) {
    return new CompactionService(table, options);
  }

  private void flushes(int count, long from, int keys) {
    flushes(0, count, from, keys);
  }

  /** Flushes that overlap in range, and in one key of twenty. */
  private void flushes(int first, int count, long from, int keys) {
    for (int i = first; i < first + count; i++) {
      List<Long> ids = new ArrayList<>();
      for (long id = from; id < from + keys; id++) {
        if (id % 10 == i || id % 20 == 19) {
          ids.add(id);
        }
      }
      table.flush(ids, i + 1);
    }
  }

  private void assertRowsAreTheModel() {
    assertThat(table.icebergRows()).isEqualTo(table.model);
  }

  @Test
  void whatIsDueIsCompactedInTheBackground() throws InterruptedException {
    try (CompactionService service = service(options().build())) {
      service.start();
      flushes(3, 0, 12_000);
      service.requestCompaction();
      assertThat(service.awaitIdle(LONG)).isTrue();
      assertThat(results).isEmpty();
      flushes(3, 2, 0, 12_000);
      service.requestCompaction();
      assertThat(service.awaitIdle(LONG)).isTrue();
      assertThat(service.view().level(0)).isEmpty();
      assertThat(service.view().level(1)).hasSizeGreaterThan(1);
      assertThat(service.stats().committed()).isEqualTo(1);
      assertThat(service.stats().bytesOut()).isPositive();
      assertThat(service.stats().rowsOut()).isEqualTo(table.model.size());
      assertThat(service.stats().running()).isZero();
      assertThat(versions).containsExactly(table.store.version());
      assertThat(service.scores()).noneMatch(LevelScore::due);
      assertRowsAreTheModel();
    }
  }

  @Test
  void withoutWorkersNothingRunsUnlessAskedFor() {
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      flushes(5, 0, 1_000);
      service.requestCompaction();
      assertThat(service.stats().committed()).isZero();
      assertThat(service.plan(CompactionRequest.MINOR))
          .singleElement()
          .extracting(CompactionPlan::kind)
          .isEqualTo(Kind.L0_TO_L1);
      service.compactNow(CompactionRequest.MINOR);
      assertThat(service.view().level(0)).isEmpty();
      assertThat(service.plan(CompactionRequest.MINOR)).isEmpty();
      assertRowsAreTheModel();
    }
  }

  @Test
  void filesThatOverlapNothingMoveWithoutIoAndWithoutCommit() {
    for (int i = 0; i < 4; i++) {
      table.flush(TestTable.range(i * 1_000L, i * 1_000L + 500), i + 1);
    }
    Version before = table.store.version();
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      // A fresh service rederives the moves; one that has seen the files come makes them.
      assertThat(service.view().level(1)).hasSize(4);
      table.flush(TestTable.range(10_000, 10_500), 5);
      assertThat(service.view().level(0)).hasSize(1);
      Version flushed = table.store.version();
      service.compactNow(CompactionRequest.MINOR);
      assertThat(service.view().level(0)).isEmpty();
      assertThat(service.view().level(1)).hasSize(5);
      assertThat(service.stats().moved()).isEqualTo(1);
      assertThat(table.store.version()).isSameAs(flushed);
      assertThat(flushed.files().keySet()).containsAll(before.files().keySet());
    }
  }

  @Test
  void aFullCompactionLeavesOneSortedRunAndDoingItAgainDoesNothing() {
    flushes(6, 0, 12_000);
    table.delete(TestTable.range(100, 300));
    try (CompactionService service = service(options().workers(2).subRangesMax(4).build())) {
      service.start();
      service.compactNow(CompactionRequest.FULL);
      assertThat(table.store.version().rowCount()).isEqualTo(table.model.size());
      assertThat(service.view().level(0)).isEmpty();
      assertRowsAreTheModel();
      service.compactNow(CompactionRequest.FULL);
      long snapshot = table.store.version().snapshotId();
      service.compactNow(CompactionRequest.FULL);
      assertThat(table.store.version().snapshotId()).isEqualTo(snapshot);
      assertThat(service.plan(CompactionRequest.FULL)).isEmpty();
    }
  }

  @Test
  void whoWaitsForARequestTakesPartInItEvenIfInterrupted() {
    flushes(3, 0, 12_000);
    PathPattern outputs = PathPattern.glob("**/data/L1-*");
    CompletableFuture<Void> second = new CompletableFuture<>();
    storage.on(StorageOperation.CREATE, outputs).nth(2).runOnce(path -> second.complete(null));
    // With one thread the first output would wait for the second in vain.
    storage
        .on(StorageOperation.CREATE, outputs)
        .nth(1)
        .runOnce(path -> second.orTimeout(LONG.toMinutes(), TimeUnit.MINUTES).join());
    try (CompactionService service = service(options().workers(1).subRangesMax(2).build())) {
      service.start();
      Thread.currentThread().interrupt();
      service.compactNow(CompactionRequest.MINOR);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(service.view().level(0)).isEmpty();
      assertRowsAreTheModel();
    }
  }

  @Test
  void aPurgeLeavesNoDeletionVector() {
    flushes(3, 0, 1_000);
    table.flush(1, TestTable.range(5_000, 6_000), 1, List.of());
    table.delete(TestTable.range(5_100, 5_200));
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      service.compactNow(CompactionRequest.PURGE);
      assertThat(table.store.version().files().values())
          .isNotEmpty()
          .allMatch(file -> file.deleted().isEmpty());
      assertThat(service.stats().rowsPurged()).isPositive();
      assertThat(table.store.snapshots())
          .anyMatch(snapshot -> "purge".equals(snapshot.summary().get("firn.job")));
      assertRowsAreTheModel();
    }
  }

  @Test
  void aJobLeavesFilesAloneThatARollbackHasUnsettled() {
    table.flush(TestTable.range(0, 10), 1);
    table.foreignAppend(List.of(21L, 20L, 22L, 20L), 2);
    Version unsettled = table.store.version();
    String foreign = unsettled.unsettled().files().iterator().next();
    table.store.commitFlush(
        current ->
            new FlushCommit(
                List.of(),
                Map.of(foreign, DeletionVector.of(1)),
                2,
                Map.of(),
                current.unsettled()));
    onStart.set(
        () -> {
          new HadoopTables()
              .load(table.directory)
              .manageSnapshots()
              .setCurrentSnapshot(unsettled.snapshotId())
              .commit();
          table.store.refresh();
        });
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      service.compactNow(CompactionRequest.PURGE);
      assertThat(results)
          .singleElement()
          .extracting(result -> ((Abandoned) result).reason())
          .isEqualTo(Reason.UNSETTLED);
      assertThat(table.store.version().files()).isEqualTo(unsettled.files());
    }
  }

  @Test
  void jobsOnDisjointInputsRunAtTheSameTime() throws InterruptedException {
    flushes(5, 0, 1_000);
    flushes(5, 100_000, 1_000);
    CyclicBarrier both = new CyclicBarrier(2);
    onStart.set(() -> await(both));
    try (CompactionService service = service(options().workers(2).build())) {
      service.start();
      assertThat(service.awaitIdle(LONG)).isTrue();
      // Each job waited for the other to have started, so that both are done only if both ran.
      assertThat(service.stats().committed()).isEqualTo(2);
      assertThat(service.view().level(0)).isEmpty();
      assertRowsAreTheModel();
    }
  }

  @Test
  void deletesDuringARunningJobAreCarried() throws InterruptedException {
    flushes(5, 0, 12_000);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch deleted = new CountDownLatch(1);
    onStart.set(
        () -> {
          started.countDown();
          Patience.await(deleted);
        });
    try (CompactionService service = service(options().build())) {
      service.start();
      Patience.await(started);
      table.delete(TestTable.range(0, 500));
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch late = new CountDownLatch(1);
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/L1-*"))
          .nth(2)
          .runOnce(
              path -> {
                inside.countDown();
                Patience.await(late);
              });
      deleted.countDown();
      Patience.await(inside);
      long lateRows = table.model.subMap(500L, 950L).size();
      table.flush(0, TestTable.range(900, 950), 50, TestTable.range(500, 900));
      late.countDown();
      assertThat(service.awaitIdle(LONG)).isTrue();
      assertThat(service.stats().committed()).isEqualTo(1);
      assertThat(service.stats().deletesCarried()).isEqualTo(lateRows);
      assertRowsAreTheModel();
    }
  }

  @Test
  void aFlushingThreadAndCompactionNeverDisagreeWithTheModel() throws InterruptedException {
    Random random = seeds.random();
    try (CompactionService service =
        service(options().l0FilesTrigger(2).workers(2).subRangesMax(3).build())) {
      service.start();
      for (int flush = 1; flush <= 25; flush++) {
        Set<Long> ids = new HashSet<>();
        Set<Long> deletes = new HashSet<>();
        for (int i = 0; i < 300; i++) {
          ids.add((long) random.nextInt(2_000));
          deletes.add((long) random.nextInt(2_000));
        }
        deletes.removeAll(ids);
        table.flush(0, ids, flush, deletes);
        service.requestCompaction();
        if (flush % 10 == 0) {
          service.compactNow(flush % 20 == 0 ? CompactionRequest.PURGE : CompactionRequest.FULL);
        }
      }
      assertThat(service.awaitIdle(LONG)).isTrue();
      assertThat(service.stats().committed()).isPositive();
      assertThat(service.stats().failed()).isZero();
      assertRowsAreTheModel();
    }
  }

  @Test
  void stoppingAbandonsTheJobAtASafePointAndLeavesNothingBehind() throws InterruptedException {
    flushes(5, 0, 24_000);
    Set<String> before = table.dataFilesOnDisk();
    Version version = table.store.version();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch stopping = new CountDownLatch(1);
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/L1-*"))
        .nth(3)
        .runOnce(
            path -> {
              inside.countDown();
              Patience.await(stopping);
            });
    CompactionService service = service(options().build());
    service.start();
    Patience.await(inside);
    assertThat(service.pathsInProgress()).containsAll(before).hasSizeGreaterThan(before.size());
    Thread stopper = new Thread(service::stop);
    stopper.start();
    while (service.state() == ServiceState.RUNNING) {
      Thread.onSpinWait();
    }
    stopping.countDown();
    stopper.join();
    assertThat(results)
        .singleElement()
        .isInstanceOfSatisfying(
            Abandoned.class,
            result -> assertThat(result.reason()).isEqualTo(CompactionResult.Reason.STOPPED));
    assertThat(table.dataFilesOnDisk()).isEqualTo(before);
    assertThat(table.store.version()).isSameAs(version);
    assertThat(service.pathsInProgress()).isEmpty();
    service.start();
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(service.stats().committed()).isEqualTo(1);
    service.close();
    assertRowsAreTheModel();
  }

  @Test
  void askingOftenIsAskingOnce() throws InterruptedException {
    flushes(5, 0, 1_000);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    onStart.set(
        () -> {
          started.countDown();
          Patience.await(asked);
        });
    try (CompactionService service = service(options().build())) {
      service.start();
      Patience.await(started);
      for (int i = 0; i < 10_000; i++) {
        service.requestCompaction();
      }
      assertThat(service.stats().service().queued()).isLessThanOrEqualTo(1);
      assertThat(service.stats().service().merged()).isGreaterThanOrEqualTo(9_999);
      asked.countDown();
      assertThat(service.awaitIdle(LONG)).isTrue();
      assertThat(service.stats().committed()).isEqualTo(1);
    }
  }

  @Test
  void stoppingAtAnyMomentLeavesNoThreadAndNoFile() throws InterruptedException {
    Random random = seeds.random();
    flushes(5, 0, 4_000);
    CompactionService service =
        service(options().l0FilesTrigger(1).workers(2).subRangesMax(3).build());
    for (int round = 0; round < 60; round++) {
      if (round % 10 == 9) {
        table.flush(TestTable.range(round * 50L, round * 50L + 400), round);
      }
      service.start();
      int spins = random.nextInt(200_000);
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
      service.stop();
      assertThat(service.pathsInProgress()).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("firn-compaction"));
    }
    assertThat(table.store.orphans(Set.of(), Long.MAX_VALUE))
        .noneMatch(path -> path.endsWith(".parquet"));
    assertThat(service.stats().failed()).isZero();
    assertRowsAreTheModel();
  }

  @Test
  void aFailedJobChangesNothingAndARequestSaysWhy() {
    flushes(5, 0, 2_000);
    Set<String> before = table.dataFilesOnDisk();
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      storage
          .on(StorageOperation.WRITE, PathPattern.glob("**/data/L1-*"))
          .failOnce(() -> new IOException("disk full"));
      assertThatThrownBy(() -> service.compactNow(CompactionRequest.FULL))
          .isInstanceOf(StorageException.class)
          .hasRootCauseMessage("disk full");
      assertThat(table.dataFilesOnDisk()).isEqualTo(before);
      assertThat(service.pathsInProgress()).isEmpty();
      assertThat(service.stats().failed()).isEqualTo(1);
      service.compactNow(CompactionRequest.MINOR);
      assertThat(service.stats().committed()).isEqualTo(1);
      assertRowsAreTheModel();
    }
  }

  @Test
  void anErrorOfTheJvmAfterTheCommitDeletesNoOutput() {
    flushes(5, 0, 2_000);
    PathPattern metadata = PathPattern.glob("**/metadata");
    try (CompactionService service = service(options().workers(0).build())) {
      service.start();
      storage
          .on(StorageOperation.PUBLISH, PathPattern.glob("**/metadata/v*.metadata.json"))
          .runOnce(
              path ->
                  storage
                      .on(StorageOperation.SYNC_DIRECTORY, metadata)
                      .runOnce(
                          directory -> {
                            throw new OutOfMemoryError("injected");
                          }));
      assertThatThrownBy(() -> service.compactNow(CompactionRequest.FULL))
          .isInstanceOf(CommitUnknownException.class)
          .hasRootCauseMessage("injected");
      assertRowsAreTheModel();
    }
  }

  @Test
  void aSecondStartIsRefusedAndAStoppedServiceSaysSo() {
    CompactionService service = service(options().build());
    assertThatThrownBy(() -> service.compactNow(CompactionRequest.FULL))
        .isInstanceOf(ClosedException.class);
    service.start();
    assertThatThrownBy(service::start).isInstanceOf(InvalidArgumentException.class);
    service.close();
    service.close();
    assertThatThrownBy(() -> service.compactNow(CompactionRequest.FULL))
        .isInstanceOf(ClosedException.class);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(LONG.toMinutes(), TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
