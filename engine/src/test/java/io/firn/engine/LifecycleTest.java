package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.firn.error.ClosedException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opening, closing, stalling and failing: nothing leaks, nobody waits for ever, every failure says
 * so. {@code -Dfirn.cycles=1000} is the long form.
 */
class LifecycleTest {

  private static final int CYCLES = Integer.getInteger("firn.cycles", 200);

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  @Test
  void hundredsOfOpenWriteCloseCyclesLeakNothing() {
    TrackingStorage storage = leaks.track(new LocalStorage());
    long descriptors = 0;
    long directBytes = 0;
    for (int i = 0; i < CYCLES; i++) {
      if (i == 20) {
        // What the JVM and the libraries keep for good has been opened by now.
        descriptors = openDescriptors();
        directBytes = directBytes();
      }
      try (FirnTable table =
          Rows.at(directory)
              .storage(storage)
              .option("snapshots-retained-min", "5")
              .option("snapshot-age-millis-max", "0")
              .option("sweep-grace-millis", "0")
              .open()) {
        table.put(Rows.row(i % 20), WriteOptions.of(Durability.NONE));
        if (i % 40 == 39) {
          table.sweep();
        }
      }
      storage.assertAllClosed();
    }
    assertThat(openDescriptors()).isLessThan(descriptors + 10);
    assertThat(directBytes()).isLessThan(directBytes + (1 << 20));
    try (FirnTable table = Rows.at(directory).open()) {
      assertThat(Rows.all(table.scan())).hasSize(20);
    }
  }

  /** Files, sockets and pipes of this process, those that storage knows nothing of among them. */
  private static long openDescriptors() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof UnixOperatingSystemMXBean unix ? unix.getOpenFileDescriptorCount() : 0;
  }

  /** Memory in direct and mapped buffers. */
  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void aCloseFlushesSoThatAnIcebergReaderSeesEverything() {
    try (FirnTable table = Rows.at(directory).open()) {
      table.put(Rows.row(1));
    }
    try (FirnTable reader = FirnTable.builder().path(directory.toString()).openReadOnly()) {
      assertThat(reader.get(1L)).contains(Rows.row(1));
    }
  }

  @Test
  void aTokenKnowsWhenItsWriteIsDurableAndVisible() {
    try (FirnTable table = Rows.at(directory).option("flush-interval-millis", "1h").open()) {
      WriteToken token = table.put(Rows.row(1), WriteOptions.of(Durability.NONE));
      token.awaitDurable();
      assertThat(table.stats().durableSequence()).isEqualTo(token.sequence());
      long snapshot = token.awaitVisible(Duration.ofMinutes(1));
      assertThat(Rows.all(table.scan().asOf(snapshot))).containsExactly(Rows.row(1));
    }
  }

  @Test
  void writtenRowsAreFlushedWithinTheInterval() throws Exception {
    CompletableFuture<Long> flushed = new CompletableFuture<>();
    TableListener listener =
        new TableListener() {
          @Override
          public void onFlush(FlushEvent event) {
            flushed.complete(event.sequence());
          }
        };
    try (FirnTable table =
        Rows.at(directory).option("flush-interval-millis", "100ms").listener(listener).open()) {
      table.put(Rows.row(1));
      assertThat(flushed.get()).isEqualTo(1);
    }
  }

  @Test
  void aSnapshotSeesItsStateWhateverHappensAfter() {
    try (FirnTable table = Rows.at(directory).open()) {
      table.put(Rows.row(1, "old", null));
      try (TableSnapshot snapshot = table.snapshot()) {
        table.put(Rows.row(1, "new", null));
        table.delete(2L);
        table.flush();
        table.compact(CompactionKind.FULL);
        assertThat(snapshot.get(1L)).contains(Rows.row(1, "old", null));
        assertThat(Rows.all(snapshot.scan())).containsExactly(Rows.row(1, "old", null));
        assertThat(table.get(1L)).contains(Rows.row(1, "new", null));
        snapshot.close();
        assertThatThrownBy(() -> snapshot.get(1L)).isInstanceOf(ClosedException.class);
      }
    }
  }

  @Test
  void theOldestSnapshotIsGivenUpRatherThanMemory() {
    try (FirnTable table = Rows.at(directory).option("snapshot-memory-bytes-max", "300kb").open()) {
      List<TableSnapshot> snapshots = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 100; j++) {
          table.put(
              Rows.row(i * 100 + j, "x".repeat(1_000), null), WriteOptions.of(Durability.NONE));
        }
        snapshots.add(table.snapshot());
        table.flush();
      }
      assertThatThrownBy(() -> snapshots.get(0).get(1L))
          .isInstanceOf(SnapshotUnavailableException.class)
          .hasMessageContaining("snapshot-memory-bytes-max");
      assertThat(snapshots.get(7).get(1L)).isPresent();
      assertThat(table.stats().snapshotMemoryBytes()).isLessThanOrEqualTo(300 << 10);
      snapshots.forEach(TableSnapshot::close);
      assertThat(table.stats().snapshotMemoryBytes()).isZero();
    }
  }

  @Test
  void aWriterThatStallsFailsInTimeAndNothingIsApplied() {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    try (FirnTable table =
        Rows.at(directory)
            .storage(storage)
            .option("memtable-bytes-max", "64kb")
            .option("immutable-memtables-max", "1")
            .option("write-stall-millis-max", "200ms")
            .open()) {
      storage
          .on(StorageOperation.CREATE, PathPattern.glob("**/data/*.parquet"))
          .failForGood(() -> new IOException("No space left on device"));
      long written = 0;
      WriteStalledException stalled = null;
      boolean failed = false;
      while (stalled == null) {
        if (!failed && table.stats().immutableMemtables() > 0) {
          // A stalled writer is told of a flush that has failed before.
          Patience.until(() -> !table.health().reasons().isEmpty());
          failed = true;
        }
        try {
          table.put(Rows.row(written, "y".repeat(1_000), null), WriteOptions.of(Durability.NONE));
          written++;
        } catch (WriteStalledException e) {
          stalled = e;
        }
      }
      assertThat(stalled).hasMessageContaining("No space left");
      assertThat(table.stats().sequence()).isEqualTo(written);
      assertThat(table.stats().backpressure()).isEqualTo(TableListener.BackpressureState.STALLED);
      assertThat(Rows.all(table.scan())).hasSize((int) written);
      assertThatThrownBy(table::flush)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("safe in the log");
      storage.heal();
      table.flush();
      table.put(Rows.row(written));
      assertThat(table.stats().sequence()).isEqualTo(written + 1);
    }
  }

  @Test
  void aFlushThatFailsAfterItsFileLeavesNoFileBehind() throws IOException {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    try (FirnTable table =
        Rows.at(directory)
            .storage(storage)
            .option("page-cache-bytes-max", "0")
            .option("compaction-workers", "0")
            .open()) {
      table.put(Rows.row(1));
      table.flush();
      FaultStorage.Fault fault =
          storage
              .on(StorageOperation.READ, PathPattern.glob("**/data/*.parquet"))
              .failOnce(() -> new IOException("Input/output error"));
      table.put(Rows.row(1, "again", null));
      table.flush();
      assertThat(fault.fired()).isPositive();
      assertThat(directory.resolve("data"))
          .satisfies(
              data ->
                  assertThat(data.toFile().list((parent, name) -> name.endsWith(".parquet")))
                      .hasSize(table.files().size()));
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1, "again", null));
    }
  }

  @Test
  void aCloseWakesAStalledWriter() throws Exception {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    FirnTable table =
        Rows.at(directory)
            .storage(storage)
            .option("memtable-bytes-max", "64kb")
            .option("immutable-memtables-max", "1")
            .option("write-stall-millis-max", "1h")
            .option("close-millis-max", "10m")
            .open();
    storage
        .on(StorageOperation.CREATE, PathPattern.glob("**/data/*.parquet"))
        .failForGood(() -> new IOException("No space left on device"));
    CountDownLatch stalled = new CountDownLatch(1);
    table.addListener(
        new TableListener() {
          @Override
          public void onBackpressure(BackpressureEvent event) {
            if (event.state() == BackpressureState.STALLED) {
              stalled.countDown();
            }
          }
        });
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (long i = 0; ; i++) {
                  table.put(Rows.row(i, "y".repeat(1_000), null), WriteOptions.of(Durability.NONE));
                }
              } catch (RuntimeException e) {
                outcome.complete(e);
              }
            });
    writer.start();
    stalled.await();
    assertThatThrownBy(table::close)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("safe in the log");
    assertThat(outcome.get()).isInstanceOf(ClosedException.class);
    assertThatThrownBy(table::close).hasMessageContaining("safe in the log");
    storage.heal();
    long kept;
    try (FirnTable again = Rows.at(directory).open()) {
      kept = again.stats().sequence();
      assertThat(Rows.all(again.scan())).hasSize((int) kept);
    }
    assertThat(kept).isPositive();
  }

  @Test
  void manualCompactionSaysWhatToDoInsteadOfStallingForEver() {
    try (FirnTable table =
        Rows.at(directory)
            .option("compaction-workers", "0")
            .option("compaction-level0-files", "2")
            .option("sorted-runs-slowdown", "3")
            .option("sorted-runs-stop", "4")
            .open()) {
      for (int i = 0; i < 4; i++) {
        table.putAll(List.of(Rows.row(1), Rows.row(50 + i), Rows.row(100)));
        table.flush();
      }
      assertThatThrownBy(() -> table.put(Rows.row(5)))
          .isInstanceOf(WriteStalledException.class)
          .hasMessageContaining("compact()");
      table.compact(CompactionKind.FULL);
      table.put(Rows.row(5));
      assertThat(table.stats().delayedNanos() + table.stats().stalledNanos()).isPositive();
    }
  }

  @Test
  void aFailedSyncEndsWritingAndReadsGoOn() {
    FaultStorage storage = new FaultStorage(new LocalStorage());
    FirnTable table = Rows.at(directory).storage(storage).open();
    table.put(Rows.row(1));
    storage
        .on(StorageOperation.SYNC, PathPattern.glob("**/wal/*"))
        .failOnce(() -> new IOException("Input/output error"));
    assertThatThrownBy(() -> table.put(Rows.row(2))).hasMessageContaining("wal");
    assertThatThrownBy(() -> table.put(Rows.row(3)))
        .hasMessageContaining("refuses writes")
        .hasStackTraceContaining("Input/output error");
    assertThat(table.get(1L)).contains(Rows.row(1));
    assertThat(table.get(2L)).as("never acknowledged").isEmpty();
    assertThat(table.health().reasons()).anyMatch(reason -> reason.contains("refused"));
    assertThatThrownBy(table::close).isInstanceOf(RuntimeException.class);
    try (FirnTable again = Rows.at(directory).open()) {
      assertThat(again.get(1L)).contains(Rows.row(1));
    }
  }
}
