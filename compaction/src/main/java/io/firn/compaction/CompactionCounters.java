package io.firn.compaction;

import io.firn.compaction.CompactionResult.Committed;
import io.firn.compaction.CompactionResult.Moved;
import io.firn.format.WrittenFile;
import io.firn.service.ServiceStats;
import java.util.concurrent.atomic.LongAdder;

/** The figures of compaction, counted and read without a lock. */
final class CompactionCounters {

  private final LongAdder committed = new LongAdder();
  private final LongAdder moved = new LongAdder();
  private final LongAdder abandoned = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder rowsOut = new LongAdder();
  private final LongAdder rowsPurged = new LongAdder();
  private final LongAdder deletesCarried = new LongAdder();
  private final LongAdder rowsSuperseded = new LongAdder();

  void count(CompactionPlan plan, CompactionResult result) {
    if (result instanceof Committed done) {
      committed.increment();
      bytesIn.add(plan.rewrites() ? plan.inputBytes() : 0);
      for (WrittenFile output : done.outputs()) {
        bytesOut.add(output.lengthBytes());
        rowsOut.add(output.rowCount());
      }
      rowsPurged.add(plan.deletedRows());
      deletesCarried.add(done.deletesCarried());
    } else if (result instanceof Moved) {
      moved.add(plan.inputs().size());
    } else {
      abandoned.increment();
    }
  }

  void superseded(long rows) {
    rowsSuperseded.add(rows);
  }

  void failed() {
    failed.increment();
  }

  CompactionStats stats(ServiceStats service, int running) {
    return new CompactionStats(
        service,
        running,
        committed.sum(),
        moved.sum(),
        abandoned.sum(),
        failed.sum(),
        bytesIn.sum(),
        bytesOut.sum(),
        rowsOut.sum(),
        rowsPurged.sum(),
        deletesCarried.sum(),
        rowsSuperseded.sum());
  }
}
