package io.firn.format;

import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of a file, encoded one after another: a lookup finds all of a row in one place
 * of memory. Rows that were deleted when the block was made are left out. Immutable.
 */
final class RowBlock {

  private final RowCodec codec;
  private final byte[] data;

  /** Where each row begins, and where the last one ends; a row that is left out is empty. */
  private final int[] starts;

  /**
   * @param data the encoded rows, one after another
   * @param starts where each begins, and where the last one ends
   */
  RowBlock(RowCodec codec, byte[] data, int[] starts) {
    this.codec = codec;
    this.data = data;
    this.starts = starts;
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
    if (liveCount < count) {
      int[] all = new int[count + 1];
      int next = 0;
      for (int row = 0; row < count; row++) {
        all[row] = starts[next];
        next += next < liveCount && live[next] == row ? 1 : 0;
      }
      all[count] = starts[liveCount];
      starts = all;
    }
    return new RowBlock(codec, encoded.data(), starts);
  }

  /** A row, or null if it was left out. */
  @Nullable Record row(int i) {
    return starts[i] == starts[i + 1] ? null : codec.decode(data, starts[i]);
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
      int start = starts[from + i];
      if (start < starts[from + i + 1]) {
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
    codec.append(data, rows, 0, count, target);
    return true;
  }

  /** The encoded rows, one after another. Not to be changed. */
  byte[] data() {
    return data;
  }

  /** Where in the data each row begins, and where the last one ends. Not to be changed. */
  int[] starts() {
    return starts;
  }

  /** The bytes this takes in memory. */
  long bytes() {
    return data.length + 4L * starts.length + 80;
  }
}
