package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.error.FirnException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;

/**
 * Many threads at once on one table: writers that read what they wrote, snapshots that stay open,
 * flushes, compactions and sweeps without a pause. Nobody reads anything wrong, and no threads wait
 * for each other in a circle.
 */
final class StressCampaign implements Campaign {

  private static final int WRITERS = 4;
  private static final int STEPS = 150;
  private static final long WATCH_MILLIS = 100;

  @Override
  public String name() {
    return "stress";
  }

  @Override
  public String promise() {
    return "writers, readers, snapshots, flushes, compactions, sweeps at once: right, no deadlock";
  }

  @Override
  public int rounds() {
    return 200;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Storage storage = new LocalStorage();
    List<StressWriter> writers = new ArrayList<>();
    ExecutorService threads = Executors.newCachedThreadPool(StressCampaign::daemon);
    // A slow machine is no failure; a hang is found by the watch and by the runner.
    try (FirnTable table =
        Workload.table(storage, round.table())
            .options(Workload.options().set(OptionKey.WRITE_STALL_MILLIS_MAX, 600_000).build())
            .open()) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        StressWriter writer = new StressWriter(table, i * 1_000L, round.seed() + i);
        writers.add(writer);
        work.add(threads.submit(() -> writer.run(STEPS)));
      }
      Future<?> upheaval = threads.submit(() -> upheave(table, work));
      for (Future<?> one : work) {
        awaitWatching(one);
      }
      awaitWatching(upheaval);
    } finally {
      threads.shutdownNow();
    }
    NavigableMap<Long, Record> expected = new TreeMap<>();
    writers.forEach(writer -> expected.putAll(writer.rows()));
    try (FirnTable table = Workload.table(storage, round.table()).open()) {
      if (!Rows.all(table.scan().records()).equals(List.copyOf(expected.values()))) {
        throw new AssertionError("Opened again, the table is not what was written");
      }
    }
    checkOutside(storage, round.table(), expected);
    Ledger.checkSound(storage, round.table(), "after the stress");
    return (long) WRITERS * STEPS;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "stress");
    thread.setDaemon(true);
    return thread;
  }

  private static void upheave(FirnTable table, List<Future<?>> work) {
    CompactionKind[] kinds = CompactionKind.values();
    for (int i = 0; !work.stream().allMatch(Future::isDone); i++) {
      table.flush();
      table.compact(kinds[i % kinds.length]);
      table.sweep();
    }
  }

  /** Looks for a circle of waiting threads for as long as the work goes on. */
  private static void awaitWatching(Future<?> work) throws Exception {
    while (true) {
      try {
        Object ignored = work.get(WATCH_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException stillAtWork) {
        checkNoDeadlock();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof FirnException cause) {
          throw cause;
        }
        throw new AssertionError(e.getCause());
      }
    }
  }

  static void checkNoDeadlock() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] circle = threads.findDeadlockedThreads();
    if (circle != null) {
      ThreadInfo[] infos = threads.getThreadInfo(circle, true, true);
      throw new AssertionError("Threads wait for each other: " + Arrays.toString(infos));
    }
  }

  private static void checkOutside(
      Storage storage, String directory, NavigableMap<Long, Record> expected) throws Exception {
    OutsideView view = OutsideView.of(storage, directory);
    Snapshot newest = null;
    for (Snapshot snapshot : view.snapshots()) {
      if (newest == null || snapshot.sequenceNumber() > newest.sequenceNumber()) {
        newest = snapshot;
      }
    }
    if (newest == null || !view.rows(newest.snapshotId()).equals(expected)) {
      throw new AssertionError("The newest Iceberg snapshot is not what was written");
    }
  }
}
