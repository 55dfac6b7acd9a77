package io.firn.format;

/**
 * The keys of an open file in ascending order, and where their rows stand. Ranks count keys in
 * order; in a sorted file a rank is a position. Safe for use by several threads.
 */
interface KeyOrder {

  /** Whether the rows stand in strictly ascending order of key. */
  boolean sorted();

  /** The smallest key; empty if there are no rows. */
  byte[] first();

  /** The largest key; empty if there are no rows. */
  byte[] last();

  /** The position of the last row with a key, or -1. */
  long find(byte[] key);

  /** Finds {@code keys[from, to)}, which ascend. */
  void find(KeyList keys, int from, int to, FoundKey sink);

  /** The rank of the first key that is not below {@code key}. */
  long lowerBound(byte[] key);

  /** The position of the row at a rank. */
  long position(long rank);

  /** The bytes this takes in memory beyond what the file's index does. */
  long bytes();
}
