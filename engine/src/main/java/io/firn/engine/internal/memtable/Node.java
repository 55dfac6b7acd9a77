package io.firn.engine.internal.memtable;

/**
 * A part of the tree, responsible for the entries from {@code low} inclusive to {@code high}
 * exclusive, in the order of the memtable; 0 is an open end. All keys in it share their first
 * {@code skip} bytes, so the eight bytes behind those decide most comparisons.
 */
abstract sealed class Node permits Leaf, Inner {

  final int low;
  final int high;
  final int skip;

  Node(int low, int high, int skip) {
    this.low = low;
    this.high = high;
    this.skip = skip;
  }

  /**
   * The {@code skip} for a part of a node between two entries: the longer common prefix if that
   * makes the eight bytes tell at least four more, else the node's own, which saves computing them
   * again.
   */
  static int skip(Arena arena, int low, int high, int current) {
    int common = arena.commonPrefix(low, high);
    return common >= current + 4 ? common : current;
  }
}
