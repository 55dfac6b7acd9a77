package io.firn.format;

import org.apache.parquet.column.Encoding;

/** How the values of a data page are encoded. */
public enum PageEncoding {
  /** One value after another; booleans as bits. */
  PLAIN(0),
  /** Numbers into the chunk's dictionary page, in runs and bit-packed groups. */
  DICTIONARY(1),
  /** Runs and bit-packed groups of the values themselves: booleans only. */
  RUNS(2);

  private final int code;

  PageEncoding(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static PageEncoding of(int code, SectionReader source) {
    for (PageEncoding encoding : values()) {
      if (encoding.code == code) {
        return encoding;
      }
    }
    throw source.corrupt("page encoding " + code + " is unknown");
  }

  static PageEncoding of(Encoding parquet) {
    return switch (parquet) {
      case PLAIN -> PLAIN;
      case RLE_DICTIONARY -> DICTIONARY;
      case RLE -> RUNS;
      default -> throw new IllegalArgumentException("Encoding " + parquet + " is never written");
    };
  }

  Encoding parquet() {
    return switch (this) {
      case PLAIN -> Encoding.PLAIN;
      case DICTIONARY -> Encoding.RLE_DICTIONARY;
      case RUNS -> Encoding.RLE;
    };
  }
}
