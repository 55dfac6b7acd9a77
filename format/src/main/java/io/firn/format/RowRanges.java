package io.firn.format;

import java.util.Arrays;

/** Disjoint ascending ranges of rows. Immutable. */
final class RowRanges {

  /** Begin and end (exclusive) of each range. */
  private final long[] bounds;

  private RowRanges(long[] bounds) {
    this.bounds = bounds;
  }

  static RowRanges of(long from, long to) {
    return from < to ? new RowRanges(new long[] {from, to}) : none();
  }

  static RowRanges none() {
    return new RowRanges(new long[0]);
  }

  int count() {
    return bounds.length / 2;
  }

  long from(int range) {
    return bounds[2 * range];
  }

  /** The row after the last of a range. */
  long to(int range) {
    return bounds[2 * range + 1];
  }

  /** The number of rows. */
  long rows() {
    long rows = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      rows += bounds[i + 1] - bounds[i];
    }
    return rows;
  }

  RowRanges intersect(RowRanges other) {
    Builder result = new Builder();
    int i = 0;
    int j = 0;
    while (i < bounds.length && j < other.bounds.length) {
      long from = Math.max(bounds[i], other.bounds[j]);
      long to = Math.min(bounds[i + 1], other.bounds[j + 1]);
      if (from < to) {
        result.add(from, to);
      }
      if (bounds[i + 1] < other.bounds[j + 1]) {
        i += 2;
      } else {
        j += 2;
      }
    }
    return result.build();
  }

  RowRanges union(RowRanges other) {
    Builder result = new Builder();
    int i = 0;
    int j = 0;
    while (i < bounds.length || j < other.bounds.length) {
      if (j == other.bounds.length || (i < bounds.length && bounds[i] <= other.bounds[j])) {
        result.add(bounds[i], bounds[i + 1]);
        i += 2;
      } else {
        result.add(other.bounds[j], other.bounds[j + 1]);
        j += 2;
      }
    }
    return result.build();
  }

  @Override
  public String toString() {
    return Arrays.toString(bounds);
  }

  /** Collects ranges in ascending order of their beginnings and joins those that touch. */
  static final class Builder {
    private long[] bounds = new long[8];
    private int count;

    void add(long from, long to) {
      if (count > 0 && from <= bounds[count - 1]) {
        bounds[count - 1] = Math.max(bounds[count - 1], to);
        return;
      }
      if (count == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * count);
      }
      bounds[count++] = from;
      bounds[count++] = to;
    }

    RowRanges build() {
      return new RowRanges(Arrays.copyOf(bounds, count));
    }
  }
}
