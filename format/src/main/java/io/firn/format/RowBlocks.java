package io.firn.format;

import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file for lookups, in {@link RowBlock}s made when a stretch of the file is looked
 * into repeatedly. The first look reads the row alone. A block that has been evicted must be looked
 * into twice as often before it is made again, so that lookups in more rows than fit into memory do
 * not spend their time making blocks. Safe for use by several threads.
 */
final class RowBlocks {

  /** Aimed at; large enough to be cheap to keep, small enough to be made while somebody waits. */
  private static final int BLOCK_BYTES = 96 << 10;

  private static final int LEAST_ROWS = 16;
  private static final int MOST_ROWS = 1024;

  /** Making a block takes about as long as so many reads of single rows. */
  private static final byte LOOKS_AT_FIRST = 2;

  private static final byte LOOKS_MAX = 64;

  private final ProjectedColumns columns;
  private final RowCodec codec;
  private final long rowCount;
  private final int shift;
  private final PageCache.Slots slots;

  // Not exact when several threads look at once, and need not be.
  private final byte[] looks;
  private final byte[] looksNeeded;

  /**
   * @param columns all columns of the codec's schema
   * @param fileBytes the length of the file, from which the length of its rows is guessed
   */
  RowBlocks(
      ProjectedColumns columns, RowCodec codec, long rowCount, long fileBytes, PageCache cache) {
    this.columns = columns;
    this.codec = codec;
    this.rowCount = rowCount;
    // Decoded rows take about twice what they do in the file.
    long rows = BLOCK_BYTES / Math.max(1, 2 * fileBytes / rowCount);
    this.shift =
        Long.numberOfTrailingZeros(
            Long.highestOneBit(Math.max(LEAST_ROWS, Math.min(MOST_ROWS, rows))));
    int count = Math.toIntExact(((rowCount - 1) >>> shift) + 1);
    this.slots = cache.slots(count);
    this.looks = new byte[count];
    this.looksNeeded = new byte[count];
  }

  Projection projection() {
    return columns.projection();
  }

  /**
   * The row at a position.
   *
   * @param deleted rows not worth keeping
   */
  Record read(long position, RowMask deleted) {
    int block = (int) (position >>> shift);
    RowBlock rows = kept(position);
    if (rows == null && isWorthMaking(block)) {
      rows = make(block, deleted);
    }
    Record row = rows == null ? null : rows.row((int) (position - firstRow(position)));
    return row == null ? columns.read(position) : row;
  }

  /** The block with a row, if it is kept. */
  @Nullable RowBlock kept(long position) {
    return (RowBlock) slots.find((int) (position >>> shift));
  }

  /** The position of the first row of the block that a row is in. */
  long firstRow(long position) {
    return position >>> shift << shift;
  }

  /** How many rows a block has; the last one of a file may have fewer. */
  int rows() {
    return 1 << shift;
  }

  private boolean isWorthMaking(int block) {
    int needed = Math.max(LOOKS_AT_FIRST, looksNeeded[block]);
    if (++looks[block] < needed) {
      return false;
    }
    looks[block] = 0;
    looksNeeded[block] = (byte) Math.min(LOOKS_MAX, 2 * needed);
    return true;
  }

  private RowBlock make(int block, RowMask deleted) {
    long from = (long) block << shift;
    long to = Math.min(rowCount, from + (1L << shift));
    RowBlock rows = RowBlock.of(codec, columns.read(from, to), from, deleted);
    slots.keep(block, rows, rows.bytes());
    return rows;
  }

  void close() {
    slots.clear();
  }

  long bytes() {
    return slots.bytes() + 2L * looks.length;
  }
}
