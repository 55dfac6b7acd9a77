package io.firn.format;

import org.jspecify.annotations.Nullable;

/** The pages of a column of a file without Firn's index. */
final class FoundPages extends ColumnPages {

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
   * @throws MalformedPageException if that cannot be
   */
  FoundPages(Chunk[] chunks, int[] chunkOf, long[] offsets, int[] lengths, long[] firstRows) {
    super(chunks);
    this.chunkOf = chunkOf;
    this.offsets = offsets;
    this.lengths = lengths;
    this.firstRows = firstRows;
    if (firstRows[0] != 0) {
      throw new MalformedPageException("the first page begins at row " + firstRows[0]);
    }
    for (int i = 0; i < offsets.length; i++) {
      if (lengths[i] <= 0
          || offsets[i] < 0
          || firstRows[i] >= firstRows[i + 1]
          || firstRows[i + 1] - firstRows[i] > PageHeader.MAX_VALUES) {
        throw new MalformedPageException(
            "impossible page " + i + " of rows " + firstRows[i] + " to " + firstRows[i + 1]);
      }
    }
  }

  @Override
  int pages() {
    return offsets.length;
  }

  @Override
  int chunkOf(int page) {
    return chunkOf[page];
  }

  @Override
  long offset(int page) {
    return offsets[page];
  }

  @Override
  int length(int page) {
    return lengths[page];
  }

  @Override
  long firstRow(int page) {
    return firstRows[page];
  }

  @Override
  @Nullable PageHeader header(int page) {
    return null;
  }

  @Override
  long bytes() {
    return 24L * offsets.length + 64L * chunks() + 64;
  }
}
