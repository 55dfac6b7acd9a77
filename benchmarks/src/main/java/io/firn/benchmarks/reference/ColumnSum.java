package io.firn.benchmarks.reference;

/** How many values were read, and their sum. Not thread safe. */
public final class ColumnSum {

  private long count;
  private double sum;

  public void add(double value) {
    count++;
    sum += value;
  }

  public void add(long values, double theirSum) {
    count += values;
    sum += theirSum;
  }

  public long count() {
    return count;
  }

  /** Sums of {@code d1} are exact in any order, so that they can be compared. */
  public boolean sameAs(ColumnSum other) {
    return count == other.count && sum == other.sum;
  }
}
