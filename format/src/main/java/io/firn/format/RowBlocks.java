package io.firn.format;

import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file for lookups, in {@link RowBlock}s made when a stretch of the file is looked
 * into repeatedly. The first look reads the row alone. A block that has been evicted is a sign of
 * more rows than fit into memory: its stretch must be looked into much more often before a block is
 * made again, and until then rows are kept one by one; if there is a {@link RowSpill}, the block
 * goes there, its rows come from there, and only those wanted again soon are kept. Safe for use by
 * several threads.
 */
final class RowBlocks {

  /** Aimed at; large enough to be cheap to keep, small enough to be made while somebody waits. */
  private static final int BLOCK_BYTES = 96 << 10;

  private static final int LEAST_ROWS = 16;

  /** A block has no more rows than this. */
  static final int MOST_ROWS = 1024;

  /** So many looks into a stretch of rows are a reason to expect more of them. */
  private static final byte LOOKS_AT_FIRST = 2;

  private static final int LOOKS_AFTER_EVICTION = 8;
  private static final byte LOOKS_MAX = 127;

  /** A scan of no more blocks than this looks at rows as lookups do. */
  private static final int SHORT_SCAN_BLOCKS = 8;

  private final ProjectedColumns columns;
  private final RowCodec codec;
  private final long rowCount;
  private final int shift;
  private final PageCache.Slots slots;
  private final SingleRows singles;
  private final @Nullable SpilledRows spilled;

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
    RowSpill spill = cache.spill();
    SpilledRows spilledRows = spill == null ? null : new SpilledRows(spill, count, rows());
    this.spilled = spilledRows;
    this.slots =
        spilledRows == null
            ? cache.slots(count)
            : cache.slots(
                count,
                (block, rowsOfIt) ->
                    spilledRows.evicted(block, new RowBlock(codec, (byte[]) rowsOfIt)));
    this.singles = new SingleRows(codec, cache, count, rows());
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
    int at = (int) (position - firstRow(position));
    RowBlock rows = kept(position);
    if (rows == null) {
      Record single = singles.find(block, at);
      if (single != null) {
        return single;
      }
      byte[] row = spilled == null ? null : spilled.read(block, at);
      if (row != null) {
        // Keeping it costs as much as reading it again.
        if (singles.wantedLately(block, at)) {
          keepSingle(block, at, row);
        }
        return codec.decode(row);
      }
      rows = isWorthMaking(block) ? make(block, deleted) : null;
    }
    Record row = rows == null ? null : rows.row(at);
    if (row == null) {
      row = columns.read(position);
      if (rows == null && wasEvicted(block)) {
        keepSingle(block, at, codec.encode(row));
      }
    }
    return row;
  }

  private void keepSingle(int block, int at, byte[] row) {
    singles.keep(block, at, row);
    writePending();
  }

  private void keep(int block, RowBlock rows) {
    slots.keep(block, rows.bytes(), rows.memoryBytes());
  }

  /** Whoever keeps something may have driven out something else, of this file or of others. */
  private void writePending() {
    if (spilled != null) {
      spilled.writePending();
    }
  }

  /** The block with a row, if it is kept. */
  @Nullable RowBlock kept(long position) {
    byte[] bytes = (byte[]) slots.find((int) (position >>> shift));
    return bytes == null ? null : new RowBlock(codec, bytes);
  }

  /** The block with a row, if it is kept, or has spilled: then it is kept again. */
  @Nullable RowBlock recall(long position) {
    RowBlock rows = kept(position);
    if (rows != null || spilled == null) {
      return rows;
    }
    int block = (int) (position >>> shift);
    rows = spilled.load(block, codec);
    if (rows != null) {
      keep(block, rows);
      writePending();
    }
    return rows;
  }

  /**
   * The block with a row, kept from now on if it has been looked into repeatedly; null if it is not
   * kept.
   *
   * @param deleted rows not worth keeping
   */
  @Nullable RowBlock lookInto(long position, RowMask deleted) {
    RowBlock rows = recall(position);
    int block = (int) (position >>> shift);
    return rows == null && isWorthMaking(block) ? make(block, deleted) : rows;
  }

  /** True of so few rows that a scan of them is much like a lookup. */
  boolean isShort(long scanned) {
    return scanned <= (long) SHORT_SCAN_BLOCKS << shift;
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
    looksNeeded[block] = (byte) Math.min(LOOKS_MAX, LOOKS_AFTER_EVICTION * needed);
    return true;
  }

  /** Whether a block that is not kept was made before. */
  private boolean wasEvicted(int block) {
    return looksNeeded[block] > 0;
  }

  private RowBlock make(int block, RowMask deleted) {
    long from = (long) block << shift;
    long to = Math.min(rowCount, from + (1L << shift));
    RowBlock rows = RowBlock.of(codec, columns.read(from, to), from, deleted);
    keep(block, rows);
    singles.clear(block);
    writePending();
    return rows;
  }

  void close() {
    slots.clear();
    singles.clear();
  }

  long bytes() {
    return slots.bytes()
        + singles.bytes()
        + (spilled == null ? 0 : spilled.bytes())
        + 2L * looks.length;
  }
}
