package io.firn.format;

import java.util.Arrays;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Where the pages of one column lie, over all row groups of a file. Rows and pages are counted over
 * the whole file. Immutable.
 *
 * <p>An entry is a region of the file that begins and ends at row boundaries and is nearly always a
 * single page; only repeated columns of foreign files without an offset index have regions of
 * several pages.
 */
final class ColumnPages {

  /**
   * The part of a column that lies in one row group.
   *
   * @param codec of its pages
   * @param dictionaryOffset where its dictionary page is
   * @param dictionaryBytes how many bytes that page has, its header included; 0 if there is none
   */
  record Chunk(CompressionCodecName codec, long dictionaryOffset, int dictionaryBytes) {}

  private final Chunk[] chunks;
  private final int[] chunkOf;
  private final long[] offsets;
  private final int[] lengths;
  private final long[] firstRows;

  /**
   * @param chunks one for each row group
   * @param chunkOf the row group of each page
   * @param offsets where each page begins
   * @param lengths the bytes of each page, its header included
   * @param firstRows the first row of each page, then the number of rows of the file
   */
  ColumnPages(Chunk[] chunks, int[] chunkOf, long[] offsets, int[] lengths, long[] firstRows) {
    this.chunks = chunks;
    this.chunkOf = chunkOf;
    this.offsets = offsets;
    this.lengths = lengths;
    this.firstRows = firstRows;
    for (int i = 0; i < offsets.length; i++) {
      if (lengths[i] <= 0
          || offsets[i] < 0
          || firstRows[i] >= firstRows[i + 1]
          || firstRows[i + 1] - firstRows[i] > PageHeader.MAX_VALUES) {
        throw new MalformedPageException(
            "impossible page " + i + " of rows " + firstRows[i] + " to " + firstRows[i + 1]);
      }
    }
    if (firstRows[0] != 0) {
      throw new MalformedPageException("the first page begins at row " + firstRows[0]);
    }
  }

  int pages() {
    return offsets.length;
  }

  int chunks() {
    return chunks.length;
  }

  Chunk chunk(int chunk) {
    return chunks[chunk];
  }

  int chunkOf(int page) {
    return chunkOf[page];
  }

  long offset(int page) {
    return offsets[page];
  }

  int length(int page) {
    return lengths[page];
  }

  long firstRow(int page) {
    return firstRows[page];
  }

  /** The row after the last of a page. */
  long endRow(int page) {
    return firstRows[page + 1];
  }

  int rows(int page) {
    return (int) (firstRows[page + 1] - firstRows[page]);
  }

  long rowCount() {
    return firstRows[firstRows.length - 1];
  }

  /** The page that holds a row, which must be one of the file's. */
  int pageOf(long row) {
    int found = Arrays.binarySearch(firstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /** The bytes this takes in memory, roughly. */
  long bytes() {
    return 24L * offsets.length + 48L * chunks.length + 64;
  }
}
