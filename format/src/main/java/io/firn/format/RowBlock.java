package io.firn.format;

import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of a file, encoded one after another: a lookup finds all of a row in one place
 * of memory. Rows that were deleted when the block was made are left out. Immutable.
 *
 * @param codec of the rows
 * @param bytes where in this array each row begins, and where the last one ends, as little-endian
 *     ints; then the rows. A row that is left out is empty. One array and nothing beside it: what a
 *     lookup has to wait for is its memory. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RowBlock(RowCodec codec, byte[] bytes) {

  private static final int HEADER_BYTES = 16;

  /** Where the rows of a block begin. */
  static int rowsFrom(int count) {
    return Integer.BYTES * (count + 1);
  }

  /**
   * @param rows of the codec's schema
   * @param first the position of the first of them
   * @param deleted which to leave out
   */
  static RowBlock of(RowCodec codec, ColumnBatch rows, long first, RowMask deleted) {
    int count = rows.rowCount();
    int[] live = new int[count + 1];
    int liveCount = deleted.selectLive(first, count, live);
    BatchEncoder encoded = codec.encode(rows, live, liveCount);
    int[] starts = encoded.starts();
    int length = starts[liveCount];
    int rowsFrom = rowsFrom(count);
    byte[] bytes = new byte[rowsFrom + length];
    int next = 0;
    for (int row = 0; row <= count; row++) {
      ByteBuilder.setIntLittle(bytes, Integer.BYTES * row, rowsFrom + starts[next]);
      next += next < liveCount && live[next] == row ? 1 : 0;
    }
    System.arraycopy(encoded.data(), 0, bytes, rowsFrom, length);
    return new RowBlock(codec, bytes);
  }

  /** How many rows it has, those left out included. */
  int count() {
    return start(0) / Integer.BYTES - 1;
  }

  /** Where a row begins, or, of the one behind the last, where that ends. */
  int start(int row) {
    return ByteBuilder.intLittle(bytes, Integer.BYTES * row);
  }

  /** A row, or null if it was left out. */
  @Nullable Record row(int i) {
    int start = start(i);
    return start == start(i + 1) ? null : codec.decode(bytes, start);
  }

  /**
   * Appends rows to a batch, unless one that is left out here is wanted.
   *
   * @param first the position of the block's first row
   * @param deleted the rows that are not wanted, though they get values
   * @return false if nothing was appended
   */
  boolean append(int from, int count, long first, RowMask deleted, ColumnBatch target) {
    int[] rows = new int[count];
    int any = -1;
    for (int i = 0; i < count; i++) {
      int start = start(from + i);
      if (start < start(from + i + 1)) {
        rows[i] = start;
        any = start;
      } else if (deleted.contains(first + from + i)) {
        rows[i] = -1;
      } else {
        return false;
      }
    }
    if (any < 0) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      rows[i] = rows[i] < 0 ? any : rows[i];
    }
    codec.append(bytes, rows, 0, count, target);
    return true;
  }

  /** What this takes in memory. */
  long memoryBytes() {
    return HEADER_BYTES + (long) bytes.length;
  }
}
