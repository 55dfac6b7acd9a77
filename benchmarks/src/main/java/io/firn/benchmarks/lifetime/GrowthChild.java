package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.ProcessFigures;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import java.io.IOException;

/**
 * Measures lookups and settled updates of a table, lets it grow tenfold, and measures again. It is
 * told the number of rows at first.
 */
public final class GrowthChild {

  /**
   * Updates, of rows at first: enough that a rate includes its share of compactions, and does not
   * hang on whether one more or less was due at the end.
   */
  private static final int UPDATES_OF_EACH_ROW = 5;

  private final MeasuredTable measured;
  private final FigureSink sink;

  private GrowthChild(MeasuredTable measured, FigureSink sink) {
    this.measured = measured;
    this.sink = sink;
  }

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    int rows = told.number(0);
    int grown = Math.multiplyExact(rows, GrowthSuite.FACTOR);
    FirnOptions options = FirnSettings.builder().durability(Durability.ASYNC).build();
    try (MeasuredTable measured = new MeasuredTable(told.path("table"), options, grown)) {
      GrowthChild child = new GrowthChild(measured, told.sink());
      child.load(rows, GrowthSuite.SMALL);
      child.measure(rows, rows, GrowthSuite.SMALL);
      child.load(grown, GrowthSuite.LARGE);
      child.measure(grown, rows, GrowthSuite.LARGE);
      measured.check();
    }
    told.sink().figure("peak memory", "bytes", (double) ProcessFigures.peakResidentBytes());
  }

  private void load(int rows, String size) {
    long start = System.nanoTime();
    measured.loadUpTo(rows);
    measured.settle();
    sink.figure("load up to " + size, "s", (System.nanoTime() - start) / 1e9);
  }

  private void measure(int rows, int rowsAtFirst, String size) {
    int updates = Math.multiplyExact(rowsAtFirst, UPDATES_OF_EACH_ROW);
    long start = System.nanoTime();
    measured.update(updates);
    measured.settle();
    sink.figure("update settled " + size, "ops/s", updates / ((System.nanoTime() - start) / 1e9));
    // Warms up, in proportion to the table; not reported.
    measured.get(rows / 20);
    sink.latencies("get " + size, measured.get(rowsAtFirst / 10));
    sink.figure("bytes " + size, "bytes", (double) measured.table().stats().liveBytes());
  }
}
