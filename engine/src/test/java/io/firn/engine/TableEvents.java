package io.firn.engine;

import io.firn.testkit.Patience;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps every event of a table for a test to wait for and to look at. */
final class TableEvents implements TableListener {

  final BlockingQueue<FlushEvent> flushes = new LinkedBlockingQueue<>();
  final BlockingQueue<CompactionEvent> compactions = new LinkedBlockingQueue<>();
  final BlockingQueue<SweepEvent> sweeps = new LinkedBlockingQueue<>();
  final BlockingQueue<BackpressureEvent> backpressure = new LinkedBlockingQueue<>();
  final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  @Override
  public void onFlush(FlushEvent event) {
    flushes.add(event);
  }

  @Override
  public void onCompaction(CompactionEvent event) {
    compactions.add(event);
  }

  @Override
  public void onSweep(SweepEvent event) {
    sweeps.add(event);
  }

  @Override
  public void onBackpressure(BackpressureEvent event) {
    backpressure.add(event);
  }

  @Override
  public void onFailure(Throwable failure) {
    failures.add(failure);
  }

  /** The next event of a kind, which must come by itself. */
  static <E> E next(BlockingQueue<E> events) {
    return Patience.next(events);
  }

  /** Every event but failures and those of backpressure. */
  int count() {
    return flushes.size() + compactions.size() + sweeps.size();
  }
}
