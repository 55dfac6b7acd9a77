package io.firn.format;

import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/**
 * Where the pages of one column lie, over all row groups of a file. Rows and pages are counted over
 * the whole file. Immutable.
 *
 * <p>An entry is a region of the file that begins and ends at row boundaries and is nearly always a
 * single page; only repeated columns of foreign files without an offset index have regions of
 * several pages.
 */
abstract class ColumnPages {

  /**
   * The part of a column that lies in one row group.
   *
   * @param codec of its pages
   * @param dictionaryOffset where its dictionary page is
   * @param dictionaryBytes how many bytes that page has, its header included; 0 if there is none
   * @param dictionaryHeader what the dictionary's header must say, if that is known
   */
  record Chunk(
      CompressionCodecName codec,
      long dictionaryOffset,
      int dictionaryBytes,
      @Nullable PageHeader dictionaryHeader) {}

  private final Chunk[] chunks;

  ColumnPages(Chunk[] chunks) {
    this.chunks = chunks;
  }

  abstract int pages();

  /** The row group of a page. */
  abstract int chunkOf(int page);

  /** Where a page begins in the file. */
  abstract long offset(int page);

  /** The bytes of a page, its header included. */
  abstract int length(int page);

  /** The first row of a page; for the number of pages, the number of rows. */
  abstract long firstRow(int page);

  /**
   * What the header of a page must say, if that is known from a place with a checksum of its own;
   * otherwise null, and the header in the file counts.
   */
  abstract @Nullable PageHeader header(int page);

  /** The bytes this takes in memory, roughly. */
  abstract long bytes();

  final int chunks() {
    return chunks.length;
  }

  final Chunk chunk(int chunk) {
    return chunks[chunk];
  }

  /** The row after the last of a page. */
  final long endRow(int page) {
    return firstRow(page + 1);
  }

  final int rows(int page) {
    return (int) (firstRow(page + 1) - firstRow(page));
  }

  final long rowCount() {
    return firstRow(pages());
  }

  /** The page that holds a row, which must be one of the file's. */
  final int pageOf(long row) {
    int low = 0;
    int high = pages() - 1;
    // Pages are mostly of equal length, so the first guess is mostly right.
    int guess = (int) ((double) row / rowCount() * pages());
    while (true) {
      int page = Math.min(high, Math.max(low, guess));
      if (row < firstRow(page)) {
        high = page - 1;
      } else if (row >= firstRow(page + 1)) {
        low = page + 1;
      } else {
        return page;
      }
      guess = (low + high) >>> 1;
    }
  }
}
