package io.firn.benchmarks.suite;

import java.util.Arrays;

/** How long single operations took. Keeps every one, so percentiles are exact. Not thread safe. */
public final class Latencies {

  private long[] nanos;
  private int count;
  private boolean sorted;

  /**
   * @param expected how many operations there will be; more are taken too
   */
  public Latencies(int expected) {
    this.nanos = new long[Math.max(16, expected)];
  }

  /** Adds one operation's duration. */
  public void add(long durationNanos) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = durationNanos;
    sorted = false;
  }

  /** Adds another's operations. */
  public void addAll(Latencies other) {
    for (int i = 0; i < other.count; i++) {
      add(other.nanos[i]);
    }
  }

  /** How many operations were added. */
  public int count() {
    return count;
  }

  /** The mean; 0 without operations. */
  public double meanMicros() {
    return Arrays.stream(nanos, 0, count).average().orElse(0) / 1e3;
  }

  /**
   * The duration that {@code percent} of the operations did not exceed; 0 without operations.
   *
   * @param percent above 0, to 100, which is the maximum
   */
  public double percentileMicros(int percent) {
    if (count == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(nanos, 0, count);
      sorted = true;
    }
    int rank = (int) Math.ceil(count * (percent / 100.0));
    return nanos[Math.max(1, rank) - 1] / 1e3;
  }
}
