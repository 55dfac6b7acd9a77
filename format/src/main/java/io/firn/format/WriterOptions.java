package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.io.Serializable;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * How data files are laid out. Every combination can be read by every reader; the choice trades
 * lookups against scans and size.
 *
 * @param pageBytes where a page ends, in bytes of encoded values before compression
 * @param pageRowsMax where a page ends at the latest, in rows
 * @param rowGroupBytes where a row group ends, in bytes of compressed pages, which a writer holds
 * @param rowGroupRows where a row group ends at the latest, in rows
 * @param dictionary when values are replaced by numbers
 * @param compression of pages
 * @param filterBitsPerKey the size of the key filter; 0 for no filter
 */
public record WriterOptions(
    int pageBytes,
    int pageRowsMax,
    long rowGroupBytes,
    long rowGroupRows,
    Dictionary dictionary,
    Compression compression,
    int filterBitsPerKey)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** When values are replaced by numbers into a dictionary. */
  public enum Dictionary {
    /** Never: cheapest to write. */
    NEVER,
    /** For column chunks in which values repeat enough to save space. */
    WHERE_VALUES_REPEAT
  }

  /** How pages are compressed. */
  public enum Compression {
    NONE(CompressionCodecName.UNCOMPRESSED),
    SNAPPY(CompressionCodecName.SNAPPY),
    ZSTD(CompressionCodecName.ZSTD);

    private final CompressionCodecName parquet;

    Compression(CompressionCodecName parquet) {
      this.parquet = parquet;
    }

    /** Parquet's name of it. */
    CompressionCodecName parquet() {
      return parquet;
    }
  }

  public WriterOptions {
    check(pageBytes >= 1024 && pageBytes <= 16 << 20, "pageBytes", pageBytes, "1 KiB to 16 MiB");
    check(pageRowsMax >= 1 && pageRowsMax <= 1 << 20, "pageRowsMax", pageRowsMax, "1 to 1048576");
    check(
        rowGroupBytes >= pageBytes && rowGroupBytes <= 1 << 30,
        "rowGroupBytes",
        rowGroupBytes,
        "pageBytes to 1 GiB");
    check(rowGroupRows >= 1, "rowGroupRows", rowGroupRows, "1 or more");
    check(
        filterBitsPerKey >= 0 && filterBitsPerKey <= 64,
        "filterBitsPerKey",
        filterBitsPerKey,
        "0 to 64");
  }

  /** Small pages and cheap encodings: for fresh files that are looked up and soon merged. */
  public static WriterOptions forLookups() {
    return new WriterOptions(
        8 << 10, 1024, 32L << 20, 1 << 20, Dictionary.NEVER, Compression.SNAPPY, 12);
  }

  /** Dictionaries and ZSTD: for files that stay, are scanned, and take up the space. */
  public static WriterOptions forScans() {
    return new WriterOptions(
        8 << 10, 1024, 32L << 20, 4 << 20, Dictionary.WHERE_VALUES_REPEAT, Compression.ZSTD, 12);
  }

  /** The same layout with another compression. */
  public WriterOptions withCompression(Compression other) {
    return new WriterOptions(
        pageBytes, pageRowsMax, rowGroupBytes, rowGroupRows, dictionary, other, filterBitsPerKey);
  }

  /** The same layout with another page size. */
  public WriterOptions withPages(int bytes, int rowsMax) {
    return new WriterOptions(
        bytes, rowsMax, rowGroupBytes, rowGroupRows, dictionary, compression, filterBitsPerKey);
  }

  /** The same layout with another size of row groups. */
  public WriterOptions withRowGroups(long bytes, long rows) {
    return new WriterOptions(
        pageBytes, pageRowsMax, bytes, rows, dictionary, compression, filterBitsPerKey);
  }

  /** The same layout with another use of dictionaries. */
  public WriterOptions withDictionary(Dictionary other) {
    return new WriterOptions(
        pageBytes, pageRowsMax, rowGroupBytes, rowGroupRows, other, compression, filterBitsPerKey);
  }

  /** The same layout with another size of the key filter. */
  public WriterOptions withFilterBitsPerKey(int bits) {
    return new WriterOptions(
        pageBytes, pageRowsMax, rowGroupBytes, rowGroupRows, dictionary, compression, bits);
  }

  private static void check(boolean valid, String name, long value, String range) {
    if (!valid) {
      throw new InvalidArgumentException(name + " is " + value + "; it must be " + range);
    }
  }
}
