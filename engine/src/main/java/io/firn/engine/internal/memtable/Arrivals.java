package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The first entries of all keys in the order in which they arrived, with the first eight bytes of
 * each key as {@link Arena#prefix} has them: whoever sorts the keys need not look for them. One
 * thread adds; a reader that knows a count may read that many.
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

  private static final int BLOCK_BITS = 12;
  private static final int BLOCK = 1 << BLOCK_BITS;

  /** What a key takes up. */
  static final int KEY_BYTES = Integer.BYTES + Long.BYTES;

  // Written before the count that needs it. Blocks never change in the part that is counted.
  private int[][] entries = new int[16][];
  private long[][] prefixes = new long[16][];

  private int count;

  void add(int entry, long prefix) {
    int at = count;
    int block = at >>> BLOCK_BITS;
    if ((at & (BLOCK - 1)) == 0) {
      if (block == entries.length) {
        entries = Arrays.copyOf(entries, 2 * block);
        prefixes = Arrays.copyOf(prefixes, 2 * block);
      }
      entries[block] = new int[BLOCK];
      prefixes[block] = new long[BLOCK];
    }
    entries[block][at & (BLOCK - 1)] = entry;
    prefixes[block][at & (BLOCK - 1)] = prefix;
    COUNT.setRelease(this, at + 1);
  }

  int count() {
    return (int) COUNT.getAcquire(this);
  }

  /** Copies what arrived between two counts, the later one known. */
  void copy(int from, int to, int[] targetEntries, long[] targetPrefixes) {
    int at = from;
    while (at < to) {
      int start = at & (BLOCK - 1);
      int length = Math.min(BLOCK - start, to - at);
      System.arraycopy(entries[at >>> BLOCK_BITS], start, targetEntries, at - from, length);
      System.arraycopy(prefixes[at >>> BLOCK_BITS], start, targetPrefixes, at - from, length);
      at += length;
    }
  }
}
