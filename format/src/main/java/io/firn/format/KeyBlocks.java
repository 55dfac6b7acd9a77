package io.firn.format;

import org.jspecify.annotations.Nullable;

/**
 * The ranges of rows of a sorted file that are decoded together to look for a key.
 *
 * @param firstKeys the first key of each block, ascending
 * @param firstRows the first row of each block, then the number of rows
 * @param first the smallest key
 * @param last the largest key
 * @param index where the filter over the keys is; null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record KeyBlocks(
    KeyList firstKeys, long[] firstRows, byte[] first, byte[] last, @Nullable DataFileIndex index) {

  static KeyBlocks of(DataFileIndex index) {
    long[] firstRows = new long[index.blockCount() + 1];
    for (int i = 0; i < firstRows.length; i++) {
      firstRows[i] = index.blockFirstRow(i);
    }
    return new KeyBlocks(index.blockKeys(), firstRows, index.firstKey(), index.lastKey(), index);
  }

  int count() {
    return firstRows.length - 1;
  }

  long firstRow(int block) {
    return firstRows[block];
  }

  long endRow(int block) {
    return firstRows[block + 1];
  }

  int rows(int block) {
    return (int) (firstRows[block + 1] - firstRows[block]);
  }

  /** False if the file surely does not hold the key. */
  boolean mayContain(byte[] bytes, int offset, int length) {
    KeyFilter filter = index == null ? null : index.filter();
    return filter == null || filter.mayContain(KeyProbe.of(bytes, offset, length));
  }

  /** Whether {@link #mayContain} can say no. */
  boolean hasFilter() {
    return index != null;
  }

  long bytes() {
    return 8L * firstRows.length;
  }
}
