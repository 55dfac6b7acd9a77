package io.firn.engine.internal.memtable;

import java.util.Arrays;

/**
 * Sorts first entries by their keys: a radix sort from the most significant bits, eight bytes of
 * the keys at a time, that looks only at bits in which keys of a group differ. Small groups are
 * sorted by insertion, and those that share very many bytes by comparing. No two keys are equal.
 */
final class KeySort {

  private static final int INSERTION_MAX = 32;
  private static final int DIGIT_BITS = 8;
  private static final int DIGITS = 1 << DIGIT_BITS;

  /** How often a group may turn out to share another eight bytes or more. */
  private static final int DEPTH_MAX = 16;

  private final Arena arena;
  private final int[] entries;
  private final long[] prefixes;
  private final int[] otherEntries;
  private final long[] otherPrefixes;

  private KeySort(Arena arena, int[] entries, long[] prefixes) {
    this.arena = arena;
    this.entries = entries;
    this.prefixes = prefixes;
    this.otherEntries = new int[entries.length];
    this.otherPrefixes = new long[entries.length];
  }

  /**
   * Sorts entries, at least one, in place.
   *
   * @param prefixes the first eight bytes of each key, see {@link Arena#prefix}
   * @return the entries as a run, which owns the arrays then
   */
  static SortedRun run(Arena arena, int[] entries, long[] prefixes) {
    KeySort sort = new KeySort(arena, entries, prefixes);
    int skip = 0;
    if (sort.differing(0, entries.length) == 0) {
      skip = sort.loadBehindShared(0, entries.length);
    }
    sort.sort(0, entries.length, skip, 0);
    return new SortedRun(entries, prefixes, skip);
  }

  /** Loads the bytes behind those that some keys share; returns how many these are. */
  private int loadBehindShared(int from, int to) {
    int skip = arena.keyLength(entries[from]);
    for (int i = from + 1; i < to; i++) {
      skip = Math.min(skip, arena.commonPrefix(entries[from], entries[i]));
    }
    for (int i = from; i < to; i++) {
      prefixes[i] = arena.prefix(entries[i], skip);
    }
    return skip;
  }

  /** The bits in which some prefixes are not all the same. */
  private long differing(int from, int to) {
    long first = prefixes[from];
    long differing = 0;
    for (int i = from + 1; i < to; i++) {
      differing |= prefixes[i] ^ first;
    }
    return differing;
  }

  private void sort(int from, int to, int skip, int depth) {
    if (to - from <= INSERTION_MAX) {
      insert(from, to, skip);
      return;
    }
    long differing = differing(from, to);
    if (differing == 0) {
      sortBehind(from, to, skip, depth);
      return;
    }
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(differing) - DIGIT_BITS);
    int[] ends = distribute(from, to, shift);
    int start = from;
    for (int end : ends) {
      if (end - start > 1) {
        sort(start, end, skip, depth);
      }
      start = end;
    }
  }

  /** Moves each entry to those with the same digit; returns where the entries of each digit end. */
  private int[] distribute(int from, int to, int shift) {
    int[] ends = new int[DIGITS];
    for (int i = from; i < to; i++) {
      ends[digit(prefixes[i], shift)]++;
    }
    int start = from;
    for (int d = 0; d < DIGITS; d++) {
      int count = ends[d];
      ends[d] = start;
      start += count;
    }
    for (int i = from; i < to; i++) {
      int at = ends[digit(prefixes[i], shift)]++;
      otherPrefixes[at] = prefixes[i];
      otherEntries[at] = entries[i];
    }
    System.arraycopy(otherPrefixes, from, prefixes, from, to - from);
    System.arraycopy(otherEntries, from, entries, from, to - from);
    return ends;
  }

  private static int digit(long prefix, int shift) {
    return (int) ((prefix ^ Long.MIN_VALUE) >>> shift) & (DIGITS - 1);
  }

  /** Sorts keys whose eight bytes are the same by what stands behind these. */
  private void sortBehind(int from, int to, int skip, int depth) {
    if (depth == DEPTH_MAX) {
      compare(from, to, skip);
      return;
    }
    long same = prefixes[from];
    // Keys that end within the eight bytes, of which there are at most eight, begin all others.
    int start = from;
    for (int i = from; i < to; i++) {
      int entry = entries[i];
      if (arena.keyLength(entry) < skip + Long.BYTES) {
        entries[i] = entries[start];
        entries[start++] = entry;
      }
    }
    insert(from, start, skip);
    if (start < to) {
      int more = loadBehindShared(start, to);
      sort(start, to, more, depth + 1);
      Arrays.fill(prefixes, start, to, same);
    }
  }

  private void compare(int from, int to, int skip) {
    Integer[] group = new Integer[to - from];
    for (int i = from; i < to; i++) {
      group[i - from] = entries[i];
    }
    Arrays.sort(group, (a, b) -> arena.compareKeys(a, b, skip));
    for (int i = from; i < to; i++) {
      entries[i] = group[i - from];
    }
  }

  private void insert(int from, int to, int skip) {
    for (int i = from + 1; i < to; i++) {
      long prefix = prefixes[i];
      int entry = entries[i];
      int at = i;
      while (at > from
          && (prefixes[at - 1] > prefix
              || (prefixes[at - 1] == prefix
                  && arena.compareKeys(entries[at - 1], entry, skip) > 0))) {
        prefixes[at] = prefixes[at - 1];
        entries[at] = entries[at - 1];
        at--;
      }
      prefixes[at] = prefix;
      entries[at] = entry;
    }
  }
}
