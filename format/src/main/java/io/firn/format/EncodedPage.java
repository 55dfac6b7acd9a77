package io.firn.format;

import org.apache.parquet.column.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * A data page as its writer has encoded and compressed it: a whole Parquet page, or values without
 * nulls that become a page of their own or a piece of a larger one.
 *
 * @param body as it will be stored
 * @param uncompressedLength of the body
 * @param values nulls included
 * @param bitWidth of dictionary numbers in a piece; 0 in a piece of other values; {@link #WHOLE}
 * @param statistics of its values, or null if its chunk shall have none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EncodedPage(
    byte[] body,
    int uncompressedLength,
    int rows,
    int values,
    PageEncoding encoding,
    int bitWidth,
    @Nullable Statistics<?> statistics) {

  /** Not a piece: the body says everything itself. */
  static final int WHOLE = -1;

  boolean isPiece() {
    return bitWidth != WHOLE;
  }

  EncodedPage withBody(byte[] other) {
    return new EncodedPage(other, uncompressedLength, rows, values, encoding, bitWidth, statistics);
  }
}
