package io.firn.engine.internal.memtable;

/**
 * First entries of keys in the order of the keys. Never changes; the arrays are its own.
 *
 * @param prefixes of each key the eight bytes behind the first {@code skip}, see {@link
 *     Arena#prefix}
 * @param skip bytes that all of the keys share, some or all of them
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record SortedRun(int[] entries, long[] prefixes, int skip) {

  int size() {
    return entries.length;
  }

  /** How many keys are below a key. */
  int lowerBound(Arena arena, byte[] key) {
    int shared = shared(arena, key);
    if (shared < skip) {
      // All keys are on one side of it.
      return arena.compareKey(key, 0, key.length, entries[0], shared) > 0 ? entries.length : 0;
    }
    long prefix = Arena.prefix(key, 0, key.length, skip);
    int from = 0;
    int to = entries.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      long other = prefixes[middle];
      if (other < prefix
          || (other == prefix && arena.compareKey(key, 0, key.length, entries[middle], skip) > 0)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** How many of the bytes that all keys share a key has too. */
  private int shared(Arena arena, byte[] key) {
    int limit = Math.min(skip, key.length);
    byte[] other = arena.chunk(entries[0]);
    int at = arena.keyOffset(entries[0]);
    int i = 0;
    while (i < limit && key[i] == other[at + i]) {
      i++;
    }
    return i;
  }

  /** The keys of two runs, which have none in common, as one. */
  static SortedRun merge(Arena arena, SortedRun a, SortedRun b) {
    int skip = Math.min(Math.min(a.skip, b.skip), arena.commonPrefix(a.entries[0], b.entries[0]));
    long[] left = a.prefixes(arena, skip);
    long[] right = b.prefixes(arena, skip);
    int size = a.size() + b.size();
    int[] entries = new int[size];
    long[] prefixes = new long[size];
    int i = 0;
    int j = 0;
    for (int at = 0; at < size; at++) {
      boolean first =
          j == right.length
              || (i < left.length
                  && (left[i] < right[j]
                      || (left[i] == right[j]
                          && arena.compareKeys(a.entries[i], b.entries[j], skip) < 0)));
      prefixes[at] = first ? left[i] : right[j];
      entries[at] = first ? a.entries[i++] : b.entries[j++];
    }
    return new SortedRun(entries, prefixes, skip);
  }

  private long[] prefixes(Arena arena, int from) {
    if (from == skip) {
      return prefixes;
    }
    long[] others = new long[entries.length];
    for (int i = 0; i < others.length; i++) {
      others[i] = arena.prefix(entries[i], from);
    }
    return others;
  }
}
