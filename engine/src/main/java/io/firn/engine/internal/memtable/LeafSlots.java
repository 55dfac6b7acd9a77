package io.firn.engine.internal.memtable;

import java.util.Arrays;

/**
 * What an insert has to know of the leaves under a node, kept beside the node. A leaf itself is
 * seldom in the processor's cache: what is only written to it is not waited for, what is read from
 * it is. The inserter's own; readers ask the leaves.
 */
final class LeafSlots {

  private final Leaf[] leaves;
  private final long[][] prefixes;
  private final int[][] entries;
  private final int[] skips;
  private final int[] counts;

  private LeafSlots(Leaf[] leaves, long[][] prefixes, int[][] entries, int[] skips, int[] counts) {
    this.leaves = leaves;
    this.prefixes = prefixes;
    this.entries = entries;
    this.skips = skips;
    this.counts = counts;
  }

  static LeafSlots of(Leaf... leaves) {
    int count = leaves.length;
    LeafSlots slots =
        new LeafSlots(
            new Leaf[count], new long[count][], new int[count][], new int[count], new int[count]);
    for (int i = 0; i < count; i++) {
      slots.put(i, leaves[i]);
    }
    return slots;
  }

  private void put(int i, Leaf leaf) {
    leaves[i] = leaf;
    prefixes[i] = leaf.prefixes;
    entries[i] = leaf.entries;
    skips[i] = leaf.skip;
    counts[i] = leaf.count();
  }

  Leaf leaf(int i) {
    return leaves[i];
  }

  int skip(int i) {
    return skips[i];
  }

  boolean isFull(int i) {
    return counts[i] == Leaf.CAPACITY;
  }

  /** Appends an entry to a leaf that is not full. */
  void append(int i, long prefix, int entry) {
    int at = counts[i];
    prefixes[i][at] = prefix;
    entries[i][at] = entry;
    counts[i] = at + 1;
    leaves[i].publish(at + 1);
  }

  /** A copy in which leaf {@code i} has become two. */
  LeafSlots withSplit(int i, Leaf left, Leaf right) {
    int count = leaves.length;
    LeafSlots more =
        new LeafSlots(
            Arrays.copyOf(leaves, count + 1),
            Arrays.copyOf(prefixes, count + 1),
            Arrays.copyOf(entries, count + 1),
            Arrays.copyOf(skips, count + 1),
            Arrays.copyOf(counts, count + 1));
    int behind = count - i - 1;
    System.arraycopy(leaves, i + 1, more.leaves, i + 2, behind);
    System.arraycopy(prefixes, i + 1, more.prefixes, i + 2, behind);
    System.arraycopy(entries, i + 1, more.entries, i + 2, behind);
    System.arraycopy(skips, i + 1, more.skips, i + 2, behind);
    System.arraycopy(counts, i + 1, more.counts, i + 2, behind);
    more.put(i, left);
    more.put(i + 1, right);
    return more;
  }

  /** A copy of some leaves. */
  LeafSlots part(int from, int to) {
    return new LeafSlots(
        Arrays.copyOfRange(leaves, from, to),
        Arrays.copyOfRange(prefixes, from, to),
        Arrays.copyOfRange(entries, from, to),
        Arrays.copyOfRange(skips, from, to),
        Arrays.copyOfRange(counts, from, to));
  }
}
