package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Up to {@link #CAPACITY} entries in the order they arrived: an insert appends, a reader looks at
 * all of them. The count is published with release and read with acquire; what stands below it
 * never changes. A full leaf is replaced by two and stays as it was for those who still read it.
 */
final class Leaf extends Node {

  static final int CAPACITY = 64;

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(Leaf.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The eight bytes behind {@code skip} of each entry's key. */
  final long[] prefixes = new long[CAPACITY];

  final int[] entries = new int[CAPACITY];

  @SuppressWarnings("unused") // Through COUNT.
  private int count;

  Leaf(int low, int high, int skip) {
    super(low, high, skip);
  }

  /** A leaf with a sorted run of another one's entries. */
  static Leaf of(
      Arena arena, int low, int high, int skip, long[] prefixes, int[] entries, int from, int to) {
    Leaf leaf = new Leaf(low, high, skip(arena, low, high, skip));
    int count = to - from;
    System.arraycopy(entries, from, leaf.entries, 0, count);
    if (leaf.skip == skip) {
      System.arraycopy(prefixes, from, leaf.prefixes, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        leaf.prefixes[i] = arena.prefix(leaf.entries[i], leaf.skip);
      }
    }
    leaf.publish(count);
    return leaf;
  }

  int count() {
    return (int) COUNT.getAcquire(this);
  }

  /** Shows readers what the inserter has put below {@code newCount}. */
  void publish(int newCount) {
    COUNT.setRelease(this, newCount);
  }

  /**
   * Sorts the first {@code count} entries of two parallel arrays into the order of the memtable.
   * Leaves are short and mostly in order, so plain insertion is the fastest.
   */
  static void sort(Arena arena, long[] prefixes, int[] entries, int count, int skip) {
    for (int i = 1; i < count; i++) {
      long prefix = prefixes[i];
      int entry = entries[i];
      int at = i;
      while (at > 0
          && (prefixes[at - 1] > prefix
              || (prefixes[at - 1] == prefix && arena.compare(entries[at - 1], entry, skip) > 0))) {
        prefixes[at] = prefixes[at - 1];
        entries[at] = entries[at - 1];
        at--;
      }
      prefixes[at] = prefix;
      entries[at] = entry;
    }
  }
}
