package io.firn.format;

/**
 * Search in ascending numbers for one that is likely near: in steps that double, then by halves
 * (Bentley and Yao, An almost optimal algorithm for unbounded searching, 1976). Its cost grows with
 * the distance instead of the number of values, and what it reads lies side by side in memory.
 */
final class Galloping {

  private Galloping() {}

  /** The first of {@code values[from, to)} that is not below a number; {@code to} if all are. */
  static int lowerBound(long[] values, int from, int to, long number) {
    int low = from;
    int high = from;
    int step = 1;
    while (high < to && values[high] < number) {
      low = high + 1;
      high = step < to - high ? high + step : to;
      step <<= 1;
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The same of ints. */
  static int lowerBound(int[] values, int from, int to, long number) {
    int low = from;
    int high = from;
    int step = 1;
    while (high < to && values[high] < number) {
      low = high + 1;
      high = step < to - high ? high + step : to;
      step <<= 1;
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
