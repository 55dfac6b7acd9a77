package io.firn.format;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Collects where the pages of one leaf column go, in the form the index section keeps. */
final class ColumnLayoutBuilder {

  /** By the code in the file, which is Parquet's own. */
  static final PrimitiveTypeName[] PHYSICAL_TYPES = {
    PrimitiveTypeName.BOOLEAN,
    PrimitiveTypeName.INT32,
    PrimitiveTypeName.INT64,
    PrimitiveTypeName.INT96,
    PrimitiveTypeName.FLOAT,
    PrimitiveTypeName.DOUBLE,
    PrimitiveTypeName.BINARY,
    PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
  };

  /** By the code in the file. */
  static final WriterOptions.Compression[] COMPRESSIONS = {
    WriterOptions.Compression.NONE, WriterOptions.Compression.SNAPPY, WriterOptions.Compression.ZSTD
  };

  private final ColumnDescriptor column;
  private WriterOptions.Compression compression = WriterOptions.Compression.NONE;
  private final ByteBuilder chunks = new ByteBuilder();
  private final ByteBuilder chunkHead = new ByteBuilder();
  private final ByteBuilder chunkPages = new ByteBuilder();
  private int pageCount;
  private int chunkPageCount;

  ColumnLayoutBuilder(ColumnDescriptor column) {
    this.column = column;
  }

  void startChunk(long offset) {
    chunkHead.clear();
    chunkHead.putVarint(offset);
    chunkPages.clear();
    chunkPageCount = 0;
  }

  void noDictionary() {
    chunkHead.putVarint(0);
  }

  void dictionary(ColumnLayout.PageLocation page, int size) {
    chunkHead.putVarint(page.headerLength());
    chunkHead.putVarint(page.compressedLength());
    chunkHead.putVarint(page.uncompressedLength());
    chunkHead.putIntLittle(page.checksum());
    chunkHead.putVarint(size);
  }

  void page(ColumnLayout.PageLocation page, EncodedPage encoded) {
    chunkPages.putVarint(encoded.rows());
    chunkPages.putVarint(encoded.values() - encoded.rows());
    chunkPages.put(
        encoded.isPiece() ? ColumnLayout.PIECE | encoded.bitWidth() : encoded.encoding().code());
    chunkPages.putVarint(page.headerLength());
    chunkPages.putVarint(page.compressedLength());
    chunkPages.putVarint(page.uncompressedLength());
    chunkPages.putIntLittle(page.checksum());
    chunkPageCount++;
  }

  /**
   * @param compressed how the pages of the chunk are compressed: as those of the column's others
   */
  void endChunk(WriterOptions.Compression compressed) {
    compression = compressed;
    chunks.put(chunkHead.array(), 0, chunkHead.length());
    chunks.putVarint(chunkPageCount);
    chunks.put(chunkPages.array(), 0, chunkPages.length());
    pageCount += chunkPageCount;
  }

  void append(ByteBuilder target) {
    target.putVarint(column.getPrimitiveType().getId().intValue());
    target.put(codeOf(PHYSICAL_TYPES, column.getPrimitiveType().getPrimitiveTypeName()));
    target.putVarint(column.getPrimitiveType().getTypeLength());
    target.put(column.getMaxDefinitionLevel());
    target.put(column.getMaxRepetitionLevel());
    target.put(codeOf(COMPRESSIONS, compression));
    target.putVarint(pageCount);
    target.put(chunks.array(), 0, chunks.length());
  }

  private static int codeOf(Object[] codes, Object value) {
    for (int i = 0; i < codes.length; i++) {
      if (codes[i].equals(value)) {
        return i;
      }
    }
    throw new IllegalArgumentException(value + " has no code");
  }
}
