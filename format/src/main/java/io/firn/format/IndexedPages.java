package io.firn.format;

import io.firn.format.ColumnLayout.PageLocation;
import io.firn.format.PageHeader.Kind;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** The pages of a column as Firn's index has them: page headers are not even looked at. */
final class IndexedPages extends ColumnPages {

  private static final int RLE = 3;

  private final ColumnLayout layout;

  IndexedPages(ColumnLayout layout, int rowGroups) {
    super(chunks(layout, rowGroups));
    this.layout = layout;
  }

  private static Chunk[] chunks(ColumnLayout layout, int rowGroups) {
    CompressionCodecName codec = layout.compression().parquet();
    Chunk[] chunks = new Chunk[rowGroups];
    for (int i = 0; i < rowGroups; i++) {
      if (layout.hasDictionary(i)) {
        PageLocation page = layout.dictionary(i);
        chunks[i] =
            new Chunk(
                codec,
                page.offset(),
                page.headerLength() + page.compressedLength(),
                header(
                    Kind.DICTIONARY,
                    page,
                    layout.dictionarySize(i),
                    Encoding.PLAIN,
                    EncodedPage.WHOLE));
      } else {
        chunks[i] = new Chunk(codec, 0, 0, null);
      }
    }
    return chunks;
  }

  private static PageHeader header(
      Kind kind, PageLocation page, int values, Encoding encoding, int bitWidth) {
    return new PageHeader(
        kind,
        page.headerLength(),
        page.uncompressedLength(),
        page.compressedLength(),
        page.checksum() & 0xFFFFFFFFL,
        values,
        ValueDecoder.number(encoding),
        RLE,
        RLE,
        0,
        0,
        -1,
        true,
        bitWidth);
  }

  @Override
  int pages() {
    return layout.pageCount();
  }

  @Override
  int chunkOf(int page) {
    return layout.rowGroupOf(page);
  }

  @Override
  long offset(int page) {
    return layout.pageOffset(page);
  }

  @Override
  int length(int page) {
    return layout.pageLength(page);
  }

  @Override
  long firstRow(int page) {
    return layout.pageFirstRow(page);
  }

  @Override
  PageHeader header(int page) {
    return header(
        layout.isPiece(page) ? Kind.VALUES : Kind.DATA_V1,
        layout.page(page),
        layout.pageValues(page),
        layout.pageEncoding(page).parquet(),
        layout.pageBitWidth(page));
  }

  @Override
  long bytes() {
    return 64L * chunks() + 64;
  }
}
