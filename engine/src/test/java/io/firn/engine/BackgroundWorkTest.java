package io.firn.engine;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.WriteStalledException;
import io.firn.service.ManualTicker;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceStats;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the services of a table do without threads, by another clock, and beside each other. */
@Timeout(600)
class BackgroundWorkTest {

  private static final WriteOptions ASYNC = WriteOptions.of(Durability.ASYNC);
  private static final WriteOptions NONE = WriteOptions.of(Durability.NONE);

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private final FaultStorage faults = new FaultStorage(new LocalStorage());

  /** A machine that gives no thread. */
  private static ServiceEnvironment threadless() {
    return ServiceEnvironment.system()
        .withThreads(
            work ->
                new Thread(work) {
                  @Override
                  public synchronized void start() {
                    throw new OutOfMemoryError("unable to create native thread");
                  }
                });
  }

  private FirnTable.Builder withoutThreads() {
    return Rows.at(directory)
        .storage(faults)
        .environment(threadless())
        .option("memtable-bytes-max", "64kb")
        .option("immutable-memtables-max", "1")
        .option("write-stall-millis-max", "1ms")
        .option("compaction-level0-files", "2")
        .option("sorted-runs-slowdown", "4")
        .option("sorted-runs-stop", "6")
        .option("snapshots-retained-min", "1")
        .option("snapshot-age-millis-max", "0")
        .option("sweep-grace-millis", "0");
  }

  @Test
  void withoutAnyThreadATableFlushesAndCompactsOnItsWritersAndIsDegraded() {
    String text = "x".repeat(1_000);
    try (FirnTable table = withoutThreads().open()) {
      assertThat(table.health().level()).isEqualTo(ServiceHealth.Level.DEGRADED);
      assertThat(table.health().reasons())
          .as("one for each of wal-sync, flush, compaction, sweep and refresh")
          .hasSize(5)
          .allMatch(reason -> reason.contains("unable to create native thread"));
      for (int i = 0; i < 1_000; i++) {
        // Not in the order of keys, so that files overlap.
        table.put(Rows.row(i * 7 % 300, text, (double) i), ASYNC);
      }
      assertThat(table.stats().flushes()).isGreaterThan(6);
      assertThat(table.stats().services())
          .filteredOn(service -> service.name().equals("compaction"))
          .extracting(ServiceStats::bytesOut)
          .allMatch(bytes -> bytes > 0);
      table.flush();
      table.compact(CompactionKind.FULL);
      assertThat(table.sweep()).isPositive();
      assertThat(table.snapshots()).hasSize(1);
      assertThat(Rows.all(table.scan())).hasSize(300);
    }
    try (FirnTable again = Rows.at(directory).open()) {
      assertThat(again.health()).isEqualTo(ServiceHealth.HEALTHY);
      assertThat(again.get(7L)).contains(Rows.row(7, text, 901.0));
    }
  }

  @Test
  void withoutAnyThreadWritersGoOnOnceTheDiskHasRoomAgain() {
    try (FirnTable table = withoutThreads().open()) {
      faults
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/*.parquet"))
          .failForGood(() -> new IOException("No space left on device"));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  table.put(Rows.row(i, "x".repeat(1_000), null), NONE);
                }
              })
          .isInstanceOf(WriteStalledException.class)
          .hasMessageContaining("No space left");
      faults.heal();
      Patience.until(() -> accepts(table, Rows.row(5_000)));
      assertThat(table.stats().flushes()).isPositive();
    }
  }

  private static boolean accepts(FirnTable table, Record row) {
    try {
      return table.put(row).sequence() > 0;
    } catch (WriteStalledException e) {
      return false;
    }
  }

  @Test
  void theIntervalOfFlushesFollowsTheClockGiven() throws Exception {
    ManualTicker ticker = new ManualTicker();
    TableEvents events = new TableEvents();
    try (FirnTable table =
        Rows.at(directory)
            .environment(ServiceEnvironment.system().withTicker(ticker))
            .listener(events)
            .option("flush-interval-millis", "1h")
            .open()) {
      table.put(Rows.row(1));
      ticker.advance(Duration.ofMinutes(44));
      Patience.until(() -> flushService(table).skipped() == 1);
      assertThat(events.flushes).isEmpty();
      ticker.advance(Duration.ofMinutes(16));
      assertThat(TableEvents.next(events.flushes).sequence()).isEqualTo(1);
    }
  }

  private static ServiceStats flushService(FirnTable table) {
    return table.stats().services().stream()
        .filter(service -> service.name().equals("flush"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRefreshWaitsForMaintenanceAndKeepsItOut() throws Exception {
    try (FirnTable table =
        Rows.at(directory).storage(faults).option("refresh-interval-millis", "0").open()) {
      table.put(Rows.row(1));
      table.flush();
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      faults.on(StorageOperation.LIST).runOnce(path -> hold(inside, leave));
      CompletableFuture<Integer> sweep = CompletableFuture.supplyAsync(table::sweep);
      inside.await();
      CompletableFuture<Long> refreshed = new CompletableFuture<>();
      Thread refresher = new Thread(() -> refreshed.complete(table.refresh()));
      refresher.start();
      Patience.until(() -> waitsForTheGate(refresher));
      leave.countDown();
      assertThat(refreshed.get()).isPositive();
      sweep.get();

      CountDownLatch refreshing = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      faults
          .on(StorageOperation.EXISTS, PathPattern.glob("**/metadata/*.metadata.json"))
          .runOnce(path -> hold(refreshing, go));
      CompletableFuture<Long> second = CompletableFuture.supplyAsync(table::refresh);
      refreshing.await();
      CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(table::sweep);
      Patience.until(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().startsWith("firn-sweep"))
                  .anyMatch(BackgroundWorkTest::waitsForTheGate));
      go.countDown();
      second.get();
      asked.get();
    }
  }

  private static void hold(CountDownLatch inside, CountDownLatch leave) {
    inside.countDown();
    try {
      leave.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean waitsForTheGate(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        && Arrays.stream(thread.getStackTrace())
            .anyMatch(frame -> frame.getClassName().endsWith("MaintenanceGate"));
  }

  @Test
  void aFailedBackgroundSyncIsSeenInTheHealthWithoutAnotherWrite() {
    FirnTable table =
        Rows.at(directory).storage(faults).option("wal-sync-interval-millis", "10ms").open();
    faults
        .on(StorageOperation.SYNC, PathPattern.glob("**/wal/*"))
        .failForGood(() -> new IOException("Input/output error"));
    table.put(Rows.row(1), ASYNC);
    Patience.until(() -> table.health().level() == ServiceHealth.Level.UNHEALTHY);
    assertThat(table.health().reasons())
        .anyMatch(reason -> reason.contains("sync") && reason.contains("log"));
    assertThatThrownBy(table::close).isInstanceOf(RuntimeException.class);
  }

  @Test
  void aListenerOfAFlushHoldsNoLock() throws Exception {
    CompletableFuture<FlushResult> nested = new CompletableFuture<>();
    try (FirnTable table = Rows.at(directory).option("flush-workers", "2").open()) {
      table.addListener(
          new TableListener() {
            @Override
            public void onFlush(FlushEvent event) {
              if (event.sequence() == 1) {
                table.put(Rows.row(2));
                nested.complete(table.flush());
              }
            }
          });
      table.put(Rows.row(1));
      table.flush();
      assertThat(nested.get().sequence()).isEqualTo(2);
    }
  }

  @Test
  void aListenerOfTheFirstFailureHoldsNoLock() throws Exception {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    FirnTable table = Rows.at(directory).storage(faults).open();
    table.addListener(
        new TableListener() {
          @Override
          public void onFailure(Throwable failure) {
            CompletableFuture<Void> closed = CompletableFuture.runAsync(table::close);
            outcome.complete(closed.handle((nothing, error) -> error).join());
          }
        });
    table.put(Rows.row(1));
    faults
        .on(StorageOperation.CREATE, PathPattern.glob("**/wal/*"))
        .failOnce(() -> new IOException("Input/output error"));
    CompletableFuture.runAsync(() -> assertThatThrownBy(table::flush).hasMessageContaining("log"))
        .get();
    assertThat(outcome.get()).hasStackTraceContaining("Input/output error");
    try (FirnTable again = Rows.at(directory).open()) {
      assertThat(again.get(1L)).contains(Rows.row(1));
    }
  }

  @Test
  void anOpenThatFailsInAnyWayGivesTheTableBack() {
    Rows.at(directory).open().close();
    for (Error error : List.of(new OutOfMemoryError("planted"), new AssertionError("planted"))) {
      faults
          .on(StorageOperation.CREATE_DIRECTORIES, PathPattern.glob("**/data"))
          .runOnce(
              path -> {
                throw error;
              });
      assertThatThrownBy(() -> Rows.at(directory).storage(faults).open()).isSameAs(error);
    }
    Rows.at(directory).storage(faults).open().close();
  }

  @Test
  void aCloseThatMeetsAnErrorReleasesTheRestAndRepeatsIt() throws IOException {
    FirnTable table = Rows.at(directory).storage(faults).open();
    table.put(Rows.row(1));
    table.flush();
    // Of the log's segments the flush may be closing one at this moment; the newest stays open.
    String newest;
    try (Stream<Path> segments = Files.list(directory.resolve("_firn/wal"))) {
      newest =
          segments
              .map(segment -> segment.getFileName().toString())
              .filter(name -> name.endsWith(".wal"))
              .max(naturalOrder())
              .get();
    }
    faults
        .on(StorageOperation.CLOSE_OUTPUT, PathPattern.glob("**/wal/" + newest))
        .runOnce(
            path -> {
              throw new OutOfMemoryError("planted");
            });
    assertThatThrownBy(table::close).hasStackTraceContaining("planted");
    assertThatThrownBy(table::close).hasStackTraceContaining("planted");
    try (FirnTable again = Rows.at(directory).open()) {
      assertThat(again.get(1L)).contains(Rows.row(1));
    }
  }
}
