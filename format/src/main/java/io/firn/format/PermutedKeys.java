package io.firn.format;

import io.firn.error.UnsupportedFeatureException;

/**
 * The keys of a file that is not sorted, all of them in memory, with the order in which they
 * ascend; rows with the same key by position.
 */
final class PermutedKeys implements KeyOrder {

  private static final int MAX_ROWS = Integer.MAX_VALUE / 2;

  private final KeyList keys;
  private final int[] order;

  /**
   * @param keys the keys in file order
   */
  PermutedKeys(KeyList keys, String path) {
    if (keys.size() > MAX_ROWS) {
      throw new UnsupportedFeatureException(
          path + " has " + keys.size() + " rows that are not sorted by key");
    }
    this.keys = keys;
    this.order = new int[keys.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    sort(order.clone(), order, 0, order.length);
  }

  /** Sorts {@code target[from, to)}, of which {@code source} is a copy; stable. */
  private void sort(int[] source, int[] target, int from, int to) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    sort(target, source, from, middle);
    sort(target, source, middle, to);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      if (right == to || (left < middle && keys.compare(source[left], keys, source[right]) <= 0)) {
        target[i] = source[left++];
      } else {
        target[i] = source[right++];
      }
    }
  }

  @Override
  public boolean sorted() {
    return false;
  }

  @Override
  public byte[] first() {
    return keys.get(order[0]);
  }

  @Override
  public byte[] last() {
    return keys.get(order[order.length - 1]);
  }

  @Override
  public long find(byte[] key) {
    int after = bound(key, 0, 1);
    return after > 0 && keys.compare(order[after - 1], key) == 0 ? order[after - 1] : -1;
  }

  @Override
  public void find(KeyList wanted, int from, int to, FoundKey sink) {
    int at = 0;
    for (int i = from; i < to; i++) {
      byte[] key = wanted.get(i);
      at = bound(key, at, 0);
      for (int same = at; same < order.length && keys.compare(order[same], key) == 0; same++) {
        sink.found(i, order[same]);
      }
    }
  }

  @Override
  public long lowerBound(byte[] key) {
    return bound(key, 0, 0);
  }

  @Override
  public long position(long rank) {
    return order[(int) rank];
  }

  @Override
  public long bytes() {
    return keys.bytes() + 4L * order.length;
  }

  /** The first rank from {@code from} on whose key compares to {@code key} at least as given. */
  private int bound(byte[] key, int from, int least) {
    int low = from;
    int high = order.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Integer.signum(keys.compare(order[middle], key)) < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
