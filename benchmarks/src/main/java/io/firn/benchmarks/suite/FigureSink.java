package io.firn.benchmarks.suite;

import java.io.PrintStream;

/** Where a measurement's figures go. Safe for use by one thread at a time. */
public final class FigureSink {

  private final PrintStream out;
  private final String suite;
  private final String store;
  private final int round;

  /**
   * @param out takes one line of JSON a figure
   */
  public FigureSink(PrintStream out, String suite, String store, int round) {
    this.out = out;
    this.suite = suite;
    this.store = store;
    this.round = round;
  }

  /** Reports a figure. */
  public void figure(String name, String unit, double value) {
    out.println(new Figure(suite, store, name, unit, value, round).toJson());
    out.flush();
  }

  /** Reports mean, median, 99th percentile and maximum. */
  public void latencies(String name, Latencies latencies) {
    figure(name + " mean", "us", latencies.meanMicros());
    figure(name + " p50", "us", latencies.percentileMicros(50));
    figure(name + " p99", "us", latencies.percentileMicros(99));
    figure(name + " max", "us", latencies.percentileMicros(100));
  }
}
