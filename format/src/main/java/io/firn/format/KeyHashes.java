package io.firn.format;

import java.util.ArrayList;
import java.util.List;

/**
 * The {@link KeyFilter#hash}es of a file's keys while it is written. They are kept in pieces: an
 * array that grows to many megabytes would need as much again for each copy, and that in one
 * stretch of a heap that may have room in small ones only. Not safe for use by several threads.
 */
final class KeyHashes {

  private static final int PIECE = 1 << 14;

  private final List<long[]> pieces = new ArrayList<>();
  private long[] last = new long[0];
  private int inLast;

  void add(long hash) {
    if (inLast == last.length) {
      last = new long[PIECE];
      pieces.add(last);
      inLast = 0;
    }
    last[inLast++] = hash;
  }

  /** A filter over the keys with these hashes. */
  KeyFilter filter(int bitsPerKey) {
    KeyFilter filter = KeyFilter.sized(count(), bitsPerKey);
    for (long[] piece : pieces) {
      int end = piece == last ? inLast : PIECE;
      for (int i = 0; i < end; i++) {
        filter.add(KeyProbe.of(piece[i]));
      }
    }
    return filter;
  }

  private int count() {
    return pieces.isEmpty() ? 0 : Math.addExact((pieces.size() - 1) * PIECE, inLast);
  }
}
