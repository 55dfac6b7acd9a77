package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.TableListener.BackpressureState;
import io.firn.engine.TableListener.CompactionEvent;
import io.firn.engine.TableListener.FlushEvent;
import io.firn.engine.TableStats.LevelStats;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceHealth.Level;
import io.firn.service.ServiceState;
import io.firn.service.ServiceStats;
import io.firn.storage.LocalStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Figures, events and health move when something happens, and only then. */
class StatsTest {

  private static final PathPattern DATA_FILES = PathPattern.glob("**/data/*.parquet");
  private static final WriteOptions NONE = WriteOptions.of(Durability.NONE);

  /** What any operation that looks into files may move. */
  private static final Set<String> READS =
      Set.of("fileReads", "fileBytesRead", "pagesDecoded", "pageCacheBytes", "pageCacheDiskBytes");

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  @TempDir Path directory;

  private final TableEvents events = new TableEvents();
  private final FaultStorage faults = new FaultStorage(new LocalStorage());

  private FirnTable.Builder quiet() {
    return Rows.at(directory)
        .storage(faults)
        .listener(events)
        .option("flush-interval-millis", "1d")
        .option("wal-sync-interval-millis", "1m")
        .option("refresh-interval-millis", "0")
        .option("compaction-workers", "0")
        .option("snapshots-retained-min", "1")
        .option("snapshot-age-millis-max", "0")
        .option("sweep-grace-millis", "0");
  }

  /** The names of the figures that differ, reads of files apart. */
  private static Set<String> moved(TableStats before, TableStats after) {
    Set<String> names = allMoved(before, after);
    names.removeAll(READS);
    return names;
  }

  /** The names of the figures that differ, but for services, which begin when they get to it. */
  private static Set<String> allMoved(TableStats before, TableStats after) {
    Set<String> names = new TreeSet<>();
    Map<String, Object> old = figures(before);
    figures(after)
        .forEach(
            (name, value) -> {
              if (!value.equals(old.get(name))) {
                names.add(name);
              }
            });
    names.remove("services");
    return names;
  }

  private static Map<String, Object> figures(TableStats stats) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : TableStats.class.getRecordComponents()) {
      try {
        values.put(component.getName(), component.getAccessor().invoke(stats));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("A public record hides " + component, e);
      }
    }
    return values;
  }

  @Test
  void aNewTableHasDoneNothing() {
    try (FirnTable table = quiet().open()) {
      TableStats stats = table.stats();
      Map<String, Object> expected = figures(stats);
      expected.replaceAll(
          (name, value) ->
              switch (name) {
                case "snapshotId" -> -1L;
                case "backpressure" -> BackpressureState.FREE;
                case "levels", "services", "memtableBytes" -> value;
                default -> value instanceof Integer ? (Object) 0 : (Object) 0L;
              });
      assertThat(figures(stats)).isEqualTo(expected);
      assertThat(stats.memtableBytes()).as("of an empty memtable").isLessThan(2_000);
      assertThat(stats.levels()).allMatch(level -> level.files() == 0 && level.score() == 0);
      assertThat(table.health()).isEqualTo(ServiceHealth.HEALTHY);
      assertThat(events.count()).isZero();
    }
  }

  @Test
  void eachOperationMovesItsFiguresAndNoOthers() throws Exception {
    Set<String> seen = new TreeSet<>();
    try (FirnTable table = quiet().open()) {
      TableStats empty = table.stats();

      table.put(Rows.row(1), NONE);
      TableStats written = table.stats();
      assertThat(moved(empty, written))
          .containsExactlyInAnyOrder("sequence", "rowsWritten", "bytesWritten", "memtableBytes");
      assertThat(written.sequence()).isEqualTo(1);
      assertThat(written.rowsWritten()).isEqualTo(1);
      assertThat(written.bytesWritten()).isBetween(8L, 200L);
      seen.addAll(moved(empty, written));

      assertThat(table.get(1L)).isPresent();
      assertThat(Rows.all(table.scan())).hasSize(1);
      assertThat(allMoved(written, table.stats())).as("reads of memory").isEmpty();

      table.putAll(List.of(Rows.row(2), Rows.row(3)));
      TableStats durable = table.stats();
      assertThat(moved(written, durable))
          .containsExactlyInAnyOrder(
              "sequence", "durableSequence", "rowsWritten", "bytesWritten", "memtableBytes");
      assertThat(durable.durableSequence()).isEqualTo(3);
      assertThat(durable.sequence()).isEqualTo(3);
      seen.addAll(moved(written, durable));

      TableSnapshot snapshot = table.snapshot();
      TableStats observed = table.stats();
      assertThat(moved(durable, observed)).containsExactly("openSnapshots");
      assertThat(observed.openSnapshots()).isEqualTo(1);
      seen.add("openSnapshots");

      assertThat(events.count()).as("nothing has been committed").isZero();
      FlushResult result = table.flush();
      FlushEvent flush = TableEvents.next(events.flushes);
      TableStats flushed = table.stats();
      assertThat(moved(observed, flushed))
          .containsExactlyInAnyOrder(
              "flushedSequence",
              "snapshotId",
              "memtableBytes",
              "snapshotMemoryBytes",
              "flushes",
              "flushedRows",
              "flushedBytes",
              "liveFiles",
              "liveRows",
              "liveBytes",
              "levels");
      seen.addAll(moved(observed, flushed));
      assertThat(flushed.flushedSequence()).isEqualTo(3).isEqualTo(result.sequence());
      assertThat(flushed.snapshotId()).isEqualTo(result.snapshotId());
      assertThat(flushed.memtableBytes()).isLessThan(observed.memtableBytes());
      assertThat(flushed.snapshotMemoryBytes()).isEqualTo(observed.memtableBytes());
      assertThat(flushed.flushes()).isEqualTo(1);
      assertThat(flushed.flushedRows()).isEqualTo(3).isEqualTo(flushed.liveRows());
      assertThat(flushed.flushedBytes()).isEqualTo(flushed.liveBytes()).isPositive();
      assertThat(flushed.liveBytes()).isEqualTo(Files.size(Path.of(onlyPath(table))));
      assertThat(flushed.liveFiles()).isEqualTo(1);
      assertThat(flushed.levels().get(0))
          .extracting(LevelStats::files, LevelStats::rows, LevelStats::maskedRows)
          .containsExactly(1, 3L, 0L);
      assertThat(flush.durationMillis()).isNotNegative();
      assertThat(flush)
          .isEqualTo(
              new FlushEvent(
                  result.snapshotId(), 3, 3, 0, flushed.flushedBytes(), flush.durationMillis()));

      snapshot.close();
      assertThat(moved(flushed, table.stats()))
          .containsExactlyInAnyOrder("openSnapshots", "snapshotMemoryBytes");
      assertThat(table.stats().snapshotMemoryBytes()).isZero();

      table.flush();
      assertThat(events.flushes).as("nothing to flush").isEmpty();

      table.put(Rows.row(1), NONE);
      table.delete(2L);
      table.delete(77L);
      table.flush();
      FlushEvent masking = TableEvents.next(events.flushes);
      TableStats masked = table.stats();
      assertThat(masked.maskedRows()).isEqualTo(2);
      assertThat(masked.liveRows()).isEqualTo(2);
      assertThat(masked.flushedRows()).isEqualTo(4);
      assertThat(masking.rowsMasked()).isEqualTo(2);
      assertThat(masking.rowsWritten()).isEqualTo(1);
      assertThat(masked.levels().get(0).maskedRows()).isEqualTo(2);
      seen.add("maskedRows");

      assertThat(events.compactions).isEmpty();
      CompactionReport report = table.compact(CompactionKind.FULL);
      CompactionEvent compaction = TableEvents.next(events.compactions);
      TableStats compacted = table.stats();
      assertThat(moved(masked, compacted))
          .containsExactlyInAnyOrder("snapshotId", "liveFiles", "liveBytes", "levels");
      assertThat(report)
          .isEqualTo(
              new CompactionReport(1, 0, 2, 1, masked.liveBytes(), compacted.liveBytes(), 2));
      assertThat(compaction)
          .isEqualTo(
              new CompactionEvent(
                  compacted.snapshotId(),
                  1,
                  2,
                  1,
                  masked.liveBytes(),
                  compacted.liveBytes(),
                  compaction.durationMillis()));
      assertThat(compacted.levels().get(0).files()).isZero();
      assertThat(compacted.levels().get(1))
          .extracting(LevelStats::files, LevelStats::rows, LevelStats::maskedRows)
          .containsExactly(1, 2L, 0L);
      assertThat(compacted.levels().get(1).bytes()).isEqualTo(compacted.liveBytes());

      assertThat(table.compact(CompactionKind.FULL).jobs()).as("nothing to compact").isZero();
      assertThat(events.compactions).isEmpty();

      assertThat(events.sweeps).isEmpty();
      int deleted = table.sweep();
      assertThat(deleted).isGreaterThanOrEqualTo(2);
      assertThat(events.sweeps.stream().mapToInt(TableListener.SweepEvent::files).sum())
          .isEqualTo(deleted);
      assertThat(events.sweeps.stream().mapToLong(TableListener.SweepEvent::bytes).sum())
          .isGreaterThanOrEqualTo(masked.liveBytes());
      assertThat(moved(compacted, table.stats())).as("a sweep changes no row").isEmpty();
      events.sweeps.clear();
      assertThat(table.sweep()).isZero();
      assertThat(events.sweeps).as("no event for an empty batch").isEmpty();
      assertThat(events.failures).isEmpty();
      assertThat(events.backpressure).isEmpty();
    }
    // The rest is moved by reads of files, backpressure and services, below.
    seen.addAll(READS);
    seen.addAll(
        Set.of("immutableMemtables", "stalledNanos", "delayedNanos", "backpressure", "services"));
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TableStats.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList());
  }

  private static String onlyPath(FirnTable table) {
    assertThat(table.files()).hasSize(1);
    return table.files().get(0).path().replaceFirst("^file:(//)?", "");
  }

  @Test
  void readsOfFilesAreCountedUntilTheRowsAreKeptInMemory() {
    try (FirnTable table = quiet().open()) {
      flushOverlapping(table, 1);
      TableStats flushed = table.stats();
      assertThat(table.get(1L)).isPresent();
      TableStats cold = table.stats();
      assertThat(allMoved(flushed, cold))
          .contains("fileReads", "fileBytesRead", "pagesDecoded")
          .isSubsetOf(READS);
      assertThat(table.get(1L)).isPresent();
      TableStats kept = table.stats();
      assertThat(kept.pageCacheBytes()).isGreaterThan(flushed.pageCacheBytes());
      assertThat(table.get(1L)).isPresent();
      assertThat(allMoved(kept, table.stats())).as("read from memory").isEmpty();
      assertThat(kept.pageCacheDiskBytes()).isZero();
    }
    try (FirnTable table =
        quiet()
            .option("page-cache-bytes-max", "0")
            .option("page-cache-disk-bytes-max", "1mb")
            .open()) {
      for (int i = 0; i < 4; i++) {
        assertThat(table.get(1L)).isPresent();
      }
      assertThat(table.stats().pageCacheBytes()).isZero();
      assertThat(table.stats().pageCacheDiskBytes()).isPositive();
    }
  }

  @Test
  void writersFeelADelayThenAStopThenFreedom() throws Exception {
    try (FirnTable table =
        quiet()
            .option("compaction-level0-files", "2")
            .option("sorted-runs-slowdown", "2")
            .option("sorted-runs-stop", "3")
            .open()) {
      flushOverlapping(table, 2);
      table.put(Rows.row(1), NONE);
      assertThat(table.stats().backpressure()).isEqualTo(BackpressureState.DELAYED);
      assertThat(table.stats().stalledNanos()).isZero();
      table.flush();
      assertThatThrownBy(() -> table.put(Rows.row(1))).isInstanceOf(WriteStalledException.class);
      assertThat(table.stats().backpressure()).isEqualTo(BackpressureState.STALLED);
      assertThat(table.stats().stalledNanos()).isPositive();
      assertThat(table.stats().delayedNanos()).isPositive();
      TableStats stopped = table.stats();
      table.compact(CompactionKind.FULL);
      table.put(Rows.row(1), NONE);
      assertThat(table.stats().backpressure()).isEqualTo(BackpressureState.FREE);
      assertThat(table.stats().stalledNanos()).isEqualTo(stopped.stalledNanos());
      assertThat(table.stats().delayedNanos()).isEqualTo(stopped.delayedNanos());
      assertThat(events.backpressure)
          .extracting(TableListener.BackpressureEvent::state)
          .containsExactly(
              BackpressureState.DELAYED, BackpressureState.STALLED, BackpressureState.FREE);
    }
  }

  private static void flushOverlapping(FirnTable table, int times) {
    for (int i = 0; i < times; i++) {
      table.put(Rows.row(1), NONE);
      table.put(Rows.row(10), NONE);
      table.put(Rows.row(20 + i), NONE);
      table.flush();
    }
  }

  @Test
  void everyServiceCountsItsOwnWork() {
    try (FirnTable table =
        quiet().option("compaction-workers", "1").option("refresh-interval-millis", "1d").open()) {
      assertThat(table.stats().services())
          .extracting(ServiceStats::name)
          .containsExactlyInAnyOrder("wal-sync", "flush", "compaction", "sweep", "refresh", "scan");
      assertThat(table.stats().services())
          .allMatch(service -> service.enabled() && service.state() == ServiceState.RUNNING);
      flushOverlapping(table, 3);
      Patience.until(() -> service(table, "flush").done() == 3);
      assertThat(service(table, "flush").bytesOut()).isEqualTo(table.stats().flushedBytes());
      assertThat(service(table, "flush").lastSuccess()).isNotNull();
      table.compact(CompactionKind.FULL);
      Patience.until(() -> service(table, "compaction").bytesOut() > 0);
      assertThat(service(table, "compaction").bytesIn()).isPositive();
      long before = service(table, "sweep").done();
      table.sweep();
      Patience.until(() -> service(table, "sweep").done() > before);
      assertThat(table.stats().services()).allMatch(service -> service.failed() == 0);
    }
  }

  private static ServiceStats service(FirnTable table, String name) {
    return table.stats().services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFlushThatFailsDegradesThenIsUnhealthyAndHealsWithTheDisk() throws Exception {
    try (FirnTable table =
        quiet()
            .option("memtable-bytes-max", "64kb")
            .option("immutable-memtables-max", "2")
            .open()) {
      faults
          .on(StorageOperation.CREATE, DATA_FILES)
          .failForGood(() -> new IOException("No space left on device"));
      for (int i = 0; i < 70; i++) {
        table.put(Rows.row(i, "y".repeat(1_000), null), NONE);
      }
      Patience.until(() -> table.health().level() != Level.HEALTHY);
      assertThat(table.health().reasons()).anyMatch(reason -> reason.contains("No space left"));
      assertThat(table.stats().immutableMemtables()).isEqualTo(1);
      Patience.until(() -> table.health().level() == Level.UNHEALTHY);
      assertThat(service(table, "flush").failed()).isGreaterThanOrEqualTo(5);
      assertThat(service(table, "flush").lastError()).contains("No space left");
      assertThat(events.failures).as("a full disk is not fatal").isEmpty();
      assertThatThrownBy(table::flush).isInstanceOf(StorageException.class);
      assertThat(events.flushes).isEmpty();
      faults.heal();
      table.flush();
      assertThat(TableEvents.next(events.flushes).rowsWritten()).isPositive();
      assertThat(table.stats().immutableMemtables()).isZero();
      Patience.until(() -> table.health().equals(ServiceHealth.HEALTHY));
    }
  }

  @Test
  void aFatalFailureIsToldOnceAndTheTableIsUnhealthyForGood() {
    FirnTable table = quiet().open();
    table.put(Rows.row(1));
    faults
        .on(StorageOperation.SYNC, PathPattern.glob("**/wal/*"))
        .failOnce(() -> new IOException("Input/output error"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> table.put(Rows.row(2))).isInstanceOf(RuntimeException.class);
    }
    assertThat(events.failures).hasSize(1);
    assertThat(events.failures.peek()).hasStackTraceContaining("Input/output error");
    assertThat(table.health().level()).isEqualTo(Level.UNHEALTHY);
    assertThat(table.health().reasons()).anyMatch(reason -> reason.contains("refused"));
    assertThat(table.stats().sequence()).isEqualTo(1);
    assertThatThrownBy(table::close).isInstanceOf(RuntimeException.class);
  }

  @Test
  void aListenerThatThrowsHurtsNobody() throws Exception {
    TableListener broken =
        new TableListener() {
          @Override
          public void onFlush(FlushEvent event) {
            throw new IllegalStateException("listener");
          }
        };
    try (FirnTable table = Rows.at(directory).listener(broken).listener(events).open()) {
      table.put(Rows.row(1));
      table.flush();
      assertThat(TableEvents.next(events.flushes).sequence()).isEqualTo(1);
      assertThat(table.health()).isEqualTo(ServiceHealth.HEALTHY);
      assertThat(table.get(1L)).isPresent();
    }
  }

  @Test
  void aReaderSeesTheFiguresOfTheCommittedTable() {
    try (FirnTable table = quiet().open()) {
      flushOverlapping(table, 2);
      table.put(Rows.row(5));
      try (FirnTable reader = FirnTable.builder().path(directory.toString()).openReadOnly()) {
        TableStats stats = reader.stats();
        assertThat(stats.sequence()).isEqualTo(6).isEqualTo(stats.flushedSequence());
        assertThat(stats.snapshotId()).isEqualTo(table.stats().snapshotId());
        assertThat(stats.liveRows()).isEqualTo(4);
        assertThat(stats.services()).extracting(ServiceStats::name).containsExactly("scan");
        assertThat(stats.levels().get(0).maskedRows()).isEqualTo(2);
        assertThat(reader.health()).isEqualTo(ServiceHealth.HEALTHY);
      }
    }
  }
}
