package io.firn.format;

import java.util.function.IntPredicate;

/**
 * Search in ascending values for one that is likely near: in steps that double, then by halves
 * (Bentley and Yao, An almost optimal algorithm for unbounded searching, 1976). Its cost grows with
 * the distance instead of the number of values, and what it reads lies side by side in memory.
 */
final class Galloping {

  private Galloping() {}

  /**
   * The first place from {@code from} on, which is not above {@code to}, that is not below what is
   * looked for; {@code to} if all are.
   *
   * @param below whether a place is; true of none after one of which it is false
   */
  static int lowerBound(int from, int to, IntPredicate below) {
    int low = from;
    int high = from;
    int step = 1;
    while (high < to && below.test(high)) {
      low = high + 1;
      high = step < to - high ? high + step : to;
      step <<= 1;
    }
    return between(low, high, below);
  }

  /** The same, begun at a place that is likely near, from which it goes either way. */
  static int lowerBound(int from, int to, int guess, IntPredicate below) {
    int high = Math.max(from, Math.min(guess, to));
    if (high < to && below.test(high)) {
      return lowerBound(high + 1, to, below);
    }
    int step = 1;
    while (high > from) {
      int probe = step < high - from ? high - step : from;
      if (below.test(probe)) {
        return between(probe + 1, high, below);
      }
      high = probe;
      step <<= 1;
    }
    return high;
  }

  private static int between(int from, int to, IntPredicate below) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (below.test(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
