package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The first entries of all keys in the order in which they arrived. One thread adds; a reader that
 * knows a count may read that many.
 */
final class Arrivals {

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(Arrivals.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Written before the count that needs it. */
  private int[] entries = new int[64];

  private int count;

  void add(int entry) {
    int at = count;
    int[] all = entries;
    if (at == all.length) {
      all = Arrays.copyOf(all, at * 2);
      entries = all;
    }
    all[at] = entry;
    COUNT.setRelease(this, at + 1);
  }

  int count() {
    return (int) COUNT.getAcquire(this);
  }

  /** A copy of those between two counts, the later one known. */
  int[] between(int from, int to) {
    return Arrays.copyOfRange(entries, from, to);
  }
}
