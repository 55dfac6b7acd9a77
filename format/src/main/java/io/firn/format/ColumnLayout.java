package io.firn.format;

import java.util.Arrays;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Where the pages of one Parquet leaf column are in a data file. Pages are numbered through all row
 * groups; what is compressed for itself counts as a page, though it may be a piece of one for other
 * readers. Immutable and safe for use by several threads.
 */
public final class ColumnLayout {

  /** Marks a piece in the place of an encoding; what is below is its {@link #pageBitWidth}. */
  static final int PIECE = 0x40;

  private final int fieldId;
  private final PrimitiveTypeName physicalType;
  private final int typeLength;
  private final int maxDefinitionLevel;
  private final int maxRepetitionLevel;
  private final WriterOptions.Compression compression;
  private final PageLocation[] dictionaries;
  private final int[] dictionarySizes;
  private final int[] firstPages;
  private final long[] firstRows;
  private final long[] offsets;
  private final int[] headerLengths;
  private final int[] compressedLengths;
  private final int[] uncompressedLengths;
  private final int[] valueCounts;
  private final int[] checksums;
  private final PageEncoding[] encodings;
  private final byte[] bitWidths;

  /**
   * Where one page is.
   *
   * @param offset in the file
   * @param headerLength how many bytes stand there before the body: the Parquet header, with what
   *     is before the first piece; nothing before a further piece
   * @param compressedLength of its body in bytes
   * @param uncompressedLength of its body in bytes once decompressed
   * @param checksum CRC-32 of the compressed body
   */
  public record PageLocation(
      long offset, int headerLength, int compressedLength, int uncompressedLength, int checksum) {

    /** Where the body is in the file. */
    public long bodyOffset() {
      return offset + headerLength;
    }
  }

  ColumnLayout(SectionReader source, long[] groupFirstRows) {
    this.fieldId = source.readSize();
    this.physicalType = physicalType(source);
    this.typeLength = source.readSize();
    this.maxDefinitionLevel = source.readByte();
    this.maxRepetitionLevel = source.readByte();
    this.compression = compression(source);
    int groups = groupFirstRows.length - 1;
    this.dictionaries = new PageLocation[groups];
    this.dictionarySizes = new int[groups];
    this.firstPages = new int[groups + 1];
    int pages = source.readCount(8);
    this.firstRows = new long[pages + 1];
    this.offsets = new long[pages];
    this.headerLengths = new int[pages];
    this.compressedLengths = new int[pages];
    this.uncompressedLengths = new int[pages];
    this.valueCounts = new int[pages];
    this.checksums = new int[pages];
    this.encodings = new PageEncoding[pages];
    this.bitWidths = new byte[pages];
    for (int group = 0; group < groups; group++) {
      readChunk(source, group, groupFirstRows[group + 1]);
    }
    if (firstPages[groups] != pages) {
      throw source.corrupt("column " + fieldId + " has fewer pages than announced");
    }
  }

  private void readChunk(SectionReader source, int group, long endRow) {
    long offset = source.readVarint();
    int dictionaryHeader = source.readSize();
    if (dictionaryHeader > 0) {
      int length = source.readSize();
      dictionaries[group] =
          new PageLocation(offset, dictionaryHeader, length, source.readSize(), source.readInt());
      dictionarySizes[group] = source.readSize();
      offset += dictionaryHeader + (long) length;
    }
    int page = firstPages[group];
    int count = source.readCount(8);
    if (count > offsets.length - page) {
      throw source.corrupt("column " + fieldId + " has more pages than announced");
    }
    for (int end = page + count; page < end; page++) {
      int rows = source.readSize();
      firstRows[page + 1] = firstRows[page] + rows;
      valueCounts[page] = rows + source.readSize();
      readEncoding(source, page);
      offsets[page] = offset;
      headerLengths[page] = source.readSize();
      compressedLengths[page] = source.readSize();
      uncompressedLengths[page] = source.readSize();
      checksums[page] = source.readInt();
      offset += headerLengths[page] + (long) compressedLengths[page];
    }
    firstPages[group + 1] = page;
    if (firstRows[page] != endRow) {
      throw source.corrupt("the pages of column " + fieldId + " do not add up to the row group");
    }
  }

  private void readEncoding(SectionReader source, int page) {
    int code = source.readByte();
    if (code < PIECE) {
      encodings[page] = PageEncoding.of(code, source);
      bitWidths[page] = EncodedPage.WHOLE;
      return;
    }
    int bitWidth = code - PIECE;
    if (bitWidth > Integer.SIZE) {
      throw source.corrupt("page encoding " + code + " is unknown");
    }
    encodings[page] = bitWidth == 0 ? PageEncoding.PLAIN : PageEncoding.DICTIONARY;
    bitWidths[page] = (byte) bitWidth;
  }

  private static PrimitiveTypeName physicalType(SectionReader source) {
    int code = source.readByte();
    PrimitiveTypeName[] types = ColumnLayoutBuilder.PHYSICAL_TYPES;
    if (code >= types.length) {
      throw source.corrupt("physical type " + code + " is unknown");
    }
    return types[code];
  }

  private static WriterOptions.Compression compression(SectionReader source) {
    int code = source.readByte();
    WriterOptions.Compression[] codecs = ColumnLayoutBuilder.COMPRESSIONS;
    if (code >= codecs.length) {
      throw source.corrupt("compression " + code + " is unknown");
    }
    return codecs[code];
  }

  /** The Iceberg field id. */
  public int fieldId() {
    return fieldId;
  }

  /** The Parquet type of the values. */
  public PrimitiveTypeName physicalType() {
    return physicalType;
  }

  /** The length of every value in bytes if the type is FIXED_LEN_BYTE_ARRAY, else 0. */
  public int typeLength() {
    return typeLength;
  }

  /** 0 if values cannot be null, 1 for an optional top-level column, more for nested ones. */
  public int maxDefinitionLevel() {
    return maxDefinitionLevel;
  }

  /** 0 unless the column is within a list or a map. */
  public int maxRepetitionLevel() {
    return maxRepetitionLevel;
  }

  /** How pages are compressed. */
  public WriterOptions.Compression compression() {
    return compression;
  }

  /** The number of data pages. */
  public int pageCount() {
    return offsets.length;
  }

  /** The first row of a page; for {@code page == pageCount()} the number of rows of the file. */
  public long pageFirstRow(int page) {
    return firstRows[page];
  }

  /** The number of rows of a page. */
  public int pageRows(int page) {
    return (int) (firstRows[page + 1] - firstRows[page]);
  }

  /** The number of values of a page, nulls included: its rows, unless the column repeats. */
  public int pageValues(int page) {
    return valueCounts[page];
  }

  /** How the values of a page are encoded. */
  public PageEncoding pageEncoding(int page) {
    return encodings[page];
  }

  /** Whether a page is a piece of a Parquet page: values without nulls, and nothing else. */
  public boolean isPiece(int page) {
    return bitWidths[page] != EncodedPage.WHOLE;
  }

  /** How wide the dictionary numbers of a piece are; 0 if its values are plain. */
  public int pageBitWidth(int page) {
    return bitWidths[page];
  }

  /** Where the header of a page is in the file, or a piece that has none of its own. */
  public long pageOffset(int page) {
    return offsets[page];
  }

  /** The length of a page with its header. */
  public int pageLength(int page) {
    return headerLengths[page] + compressedLengths[page];
  }

  /** Where a page is. */
  public PageLocation page(int page) {
    return new PageLocation(
        offsets[page],
        headerLengths[page],
        compressedLengths[page],
        uncompressedLengths[page],
        checksums[page]);
  }

  /** The page that holds a row. */
  public int pageOf(long row) {
    if (row < 0 || row >= firstRows[pageCount()]) {
      throw new IndexOutOfBoundsException("Row " + row + " of " + firstRows[pageCount()]);
    }
    int found = Arrays.binarySearch(firstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /** The row group that holds a page. */
  public int rowGroupOf(int page) {
    int found = Arrays.binarySearch(firstPages, page);
    return found >= 0 ? found : -found - 2;
  }

  /** The first page of a row group; for the number of row groups, the number of pages. */
  public int firstPage(int rowGroup) {
    return firstPages[rowGroup];
  }

  /** True if the chunk in a row group has a dictionary page. */
  public boolean hasDictionary(int rowGroup) {
    return dictionarySizes[rowGroup] > 0;
  }

  /** The dictionary page of the chunk in a row group that has one. */
  public PageLocation dictionary(int rowGroup) {
    if (!hasDictionary(rowGroup)) {
      throw new IllegalArgumentException("Row group " + rowGroup + " has no dictionary");
    }
    return dictionaries[rowGroup];
  }

  /** The number of values in the dictionary of the chunk in a row group; 0 if it has none. */
  public int dictionarySize(int rowGroup) {
    return dictionarySizes[rowGroup];
  }

  /** The bytes this takes in memory, roughly. */
  long bytes() {
    return 37L * offsets.length + 64L * dictionaries.length + 128;
  }
}
