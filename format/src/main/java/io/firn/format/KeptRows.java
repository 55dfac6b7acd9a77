package io.firn.format;

/**
 * The rows of a file that are kept for lookups, in memory or on local disk, as a source for short
 * scans: what lookups and scans both want is then kept once. A very short scan of all columns is
 * much like a lookup: it also has them kept. Used by one thread.
 */
final class KeptRows {

  private final RowBlocks blocks;
  private final RowMask deleted;
  private final boolean making;

  /**
   * @param deleted rows of which the values do not matter
   * @param making whether what is looked at repeatedly is kept from then on
   */
  KeptRows(RowBlocks blocks, RowMask deleted, boolean making) {
    this.blocks = blocks;
    this.deleted = deleted;
    this.making = making;
  }

  /**
   * Appends rows from {@code from} on, no more than to {@code to} and to the end of a block.
   *
   * @return how many; 0 if they are not kept
   */
  int append(long from, long to, ColumnBatch target) {
    return append(from, Math.min(to, blocks.firstRow(from) + blocks.rows()), from, target);
  }

  /** Appends rows before {@code to}, no more than from {@code from} and the start of a block on. */
  int appendBefore(long from, long to, ColumnBatch target) {
    return append(Math.max(from, blocks.firstRow(to - 1)), to, to - 1, target);
  }

  private int append(long from, long to, long within, ColumnBatch target) {
    RowBlock block = making ? blocks.lookInto(within, deleted) : blocks.recall(within);
    if (block == null) {
      return 0;
    }
    long first = blocks.firstRow(within);
    int count = (int) (to - from);
    return block.append((int) (from - first), count, first, deleted, target) ? count : 0;
  }

  /** Where rows that are not kept end, read from {@code from} on: each block is asked for once. */
  long end(long from, long to) {
    return making ? Math.min(to, blocks.firstRow(from) + blocks.rows()) : to;
  }

  /** Where rows that are not kept begin, read backwards from {@code to} on. */
  long begin(long from, long to) {
    return making ? Math.max(from, blocks.firstRow(to - 1)) : from;
  }
}
