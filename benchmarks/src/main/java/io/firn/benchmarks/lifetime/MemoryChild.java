package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.ProcessFigures;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import java.io.IOException;

/**
 * Loads, updates, compacts and scans a table, in whatever heap this process has. It is told the
 * number of rows.
 */
public final class MemoryChild {

  private MemoryChild() {}

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    FigureSink sink = told.sink();
    int rows = told.number(0);
    FirnOptions options = FirnSettings.builder().durability(Durability.ASYNC).build();
    try (MeasuredTable measured = new MeasuredTable(told.path("table"), options, rows)) {
      step(sink, "load", () -> measured.loadUpTo(rows), measured);
      step(sink, "update", () -> measured.update(rows / 2), measured);
      long start = System.nanoTime();
      measured.table().compact(CompactionKind.FULL);
      sink.figure("full compaction", "s", seconds(start));
      start = System.nanoTime();
      measured.check();
      sink.figure("scan and check", "s", seconds(start));
    }
    sink.figure(MemorySuite.RESIDENT, "bytes", (double) ProcessFigures.peakResidentBytes());
    sink.figure(MemorySuite.HEAP, "bytes", (double) Runtime.getRuntime().maxMemory());
    sink.figure(MemorySuite.DONE, "rows", rows);
  }

  private static void step(FigureSink sink, String name, Runnable work, MeasuredTable measured) {
    long start = System.nanoTime();
    work.run();
    measured.settle();
    sink.figure(name + " settled", "s", seconds(start));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
