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

  /** Enough for several compactions of the whole table. */
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
      child.measure(rows, rows / 2, GrowthSuite.SMALL);
      child.keepUpdating(rows * UPDATES_OF_EACH_ROW);
      child.load(grown, GrowthSuite.LARGE);
      child.measure(grown, rows / 2, GrowthSuite.LARGE);
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

  /** So many updates that it does not matter which compactions the last ones still wait for. */
  private void keepUpdating(int operations) {
    sink.figure("update kept up " + GrowthSuite.SMALL, "ops/s", settledRate(operations));
  }

  private double settledRate(int operations) {
    long start = System.nanoTime();
    measured.update(operations);
    measured.settle();
    return operations / ((System.nanoTime() - start) / 1e9);
  }

  private void measure(int rows, int operations, String size) {
    sink.figure("update settled " + size, "ops/s", settledRate(operations));
    // Warms up, in proportion to the table; not reported.
    measured.get(rows / 20);
    sink.latencies("get " + size, measured.get(operations / 5));
    sink.figure("bytes " + size, "bytes", (double) measured.table().stats().liveBytes());
  }
}
