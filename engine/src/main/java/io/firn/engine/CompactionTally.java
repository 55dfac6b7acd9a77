package io.firn.engine;

import io.firn.compaction.CompactionListener;
import io.firn.compaction.CompactionPlan;
import io.firn.compaction.CompactionResult;
import io.firn.engine.TableListener.CompactionEvent;
import io.firn.error.CommitUnknownException;
import io.firn.error.FencedException;
import io.firn.format.WrittenFile;
import java.util.concurrent.atomic.LongAdder;

/** Counts what compactions do, and passes it on as events. Safe for use by many threads. */
final class CompactionTally implements CompactionListener {

  /** The counters at one moment. */
  record Mark(
      long jobs,
      long moved,
      long filesIn,
      long filesOut,
      long bytesIn,
      long bytesOut,
      long rowsDropped) {}

  private final EventDispatcher events;
  private final FailureLatch failures;
  private final LongAdder jobs = new LongAdder();
  private final LongAdder moved = new LongAdder();
  private final LongAdder filesIn = new LongAdder();
  private final LongAdder filesOut = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder rowsDropped = new LongAdder();

  CompactionTally(EventDispatcher events, FailureLatch failures) {
    this.events = events;
    this.failures = failures;
  }

  @Override
  public void finished(CompactionPlan plan, CompactionResult result, long nanos) {
    if (result instanceof CompactionResult.Moved) {
      moved.add(plan.inputPaths().size());
    } else if (result instanceof CompactionResult.Committed committed) {
      long written = committed.outputs().stream().mapToLong(WrittenFile::lengthBytes).sum();
      jobs.increment();
      filesIn.add(plan.inputPaths().size());
      filesOut.add(committed.outputs().size());
      bytesIn.add(plan.inputBytes());
      bytesOut.add(written);
      rowsDropped.add(plan.deletedRows());
      events.dispatch(
          listener ->
              listener.onCompaction(
                  new CompactionEvent(
                      committed.version().snapshotId(),
                      plan.outputLevel(),
                      plan.inputPaths().size(),
                      committed.outputs().size(),
                      plan.inputBytes(),
                      written,
                      nanos / 1_000_000)));
    }
  }

  /** What a retry cannot cure ends the engine's writing; everything else is tried again. */
  @Override
  public void failed(CompactionPlan plan, Throwable error) {
    if (error instanceof FencedException || error instanceof CommitUnknownException) {
      failures.fail(error);
      failures.tell();
    }
  }

  Mark mark() {
    return new Mark(
        jobs.sum(),
        moved.sum(),
        filesIn.sum(),
        filesOut.sum(),
        bytesIn.sum(),
        bytesOut.sum(),
        rowsDropped.sum());
  }

  /** What has happened since a mark. */
  CompactionReport since(Mark before) {
    Mark now = mark();
    return new CompactionReport(
        (int) (now.jobs() - before.jobs()),
        (int) (now.moved() - before.moved()),
        (int) (now.filesIn() - before.filesIn()),
        (int) (now.filesOut() - before.filesOut()),
        now.bytesIn() - before.bytesIn(),
        now.bytesOut() - before.bytesOut(),
        now.rowsDropped() - before.rowsDropped());
  }
}
