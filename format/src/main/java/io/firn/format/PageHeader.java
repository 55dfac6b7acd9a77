package io.firn.format;

/**
 * The header that stands before the bytes of a Parquet page.
 *
 * @param kind what follows
 * @param headerBytes the length of the header itself
 * @param uncompressedBytes the length of the page when decompressed, levels included
 * @param compressedBytes the length of the page as stored
 * @param crc the CRC-32 of the page as stored, or -1 if there is none
 * @param values the number of values, nulls included; of entries, for a dictionary
 * @param encoding Parquet's number of the encoding of the values
 * @param definitionEncoding Parquet's number of the encoding of definition levels (version 1)
 * @param repetitionEncoding Parquet's number of the encoding of repetition levels (version 1)
 * @param definitionBytes the length of the definition levels (version 2)
 * @param repetitionBytes the length of the repetition levels (version 2)
 * @param rows the number of rows (version 2), otherwise -1
 * @param compressed whether the values are compressed (version 2); true otherwise
 * @param bitWidth how wide dictionary numbers are; negative if the page says it itself
 */
record PageHeader(
    Kind kind,
    int headerBytes,
    int uncompressedBytes,
    int compressedBytes,
    long crc,
    int values,
    int encoding,
    int definitionEncoding,
    int repetitionEncoding,
    int definitionBytes,
    int repetitionBytes,
    int rows,
    boolean compressed,
    int bitWidth) {

  /** The largest page, stored or decompressed, that is believed. */
  static final int MAX_PAGE_BYTES = 256 << 20;

  /** The most values in a page that are believed. */
  static final int MAX_VALUES = 1 << 26;

  enum Kind {
    DATA_V1,
    DATA_V2,
    DICTIONARY,
    /** Values without nulls, and nothing before them; only Firn's index can say so. */
    VALUES,
    OTHER
  }
}
