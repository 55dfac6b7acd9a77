package io.firn.engine.internal.memtable;

import org.jspecify.annotations.Nullable;

/**
 * Walks over the newest version of each key at one sequence number, deletes included. Of one
 * thread; inserts may go on beside it. It works on a sorted copy of one leaf at a time.
 */
public abstract sealed class MemtableCursor permits AscendingCursor, DescendingCursor {

  final Memtable table;
  final Arena arena;
  final byte @Nullable [] from;
  final byte @Nullable [] to;
  final long maxSequence;

  // The leaf, sorted.
  final long[] prefixes = new long[Leaf.CAPACITY];
  final int[] entries = new int[Leaf.CAPACITY];
  final long[] sequences = new long[Leaf.CAPACITY];
  int count;
  Leaf leaf;

  MemtableCursor(
      Memtable table,
      byte @Nullable [] from,
      byte @Nullable [] to,
      long maxSequence,
      Leaf firstLeaf) {
    this.table = table;
    this.arena = table.arena();
    this.from = from;
    this.to = to;
    this.maxSequence = maxSequence;
    this.leaf = firstLeaf;
  }

  /**
   * Goes on to the next key.
   *
   * @return the name of its entry, for the methods of {@link Memtable}; {@link Memtable#ABSENT} at
   *     the end
   */
  public abstract int next();

  final void load(Leaf next) {
    leaf = next;
    count = next.count();
    System.arraycopy(next.prefixes, 0, prefixes, 0, count);
    System.arraycopy(next.entries, 0, entries, 0, count);
    Leaf.sort(arena, prefixes, entries, count, next.skip);
    // The entries lie anywhere in the arena. Read one directly after the other they are waited for
    // together; read when each is reached, one at a time.
    for (int i = 0; i < count; i++) {
      sequences[i] = arena.sequence(entries[i]);
    }
  }

  final boolean sameKey(int a, int b) {
    return arena.compareKeys(a, b, 0) == 0;
  }

  final boolean isBelow(int entry, byte[] bound) {
    return arena.compareKey(bound, 0, bound.length, entry, 0) > 0;
  }
}
