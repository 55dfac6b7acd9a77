package io.firn.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.jspecify.annotations.Nullable;

/** The compressed pages of one column chunk, held until its row group is written. */
final class ChunkPages {

  private final ColumnDescriptor column;
  private final PageCompressor compressor;
  private final ColumnLayoutBuilder layout;
  private final List<Page> pages = new ArrayList<>();
  private final CRC32 crc = new CRC32();
  private @Nullable Page dictionary;
  private long bytes;
  private long valueCount;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Page(
      byte[] body,
      int uncompressedLength,
      int rows,
      int values,
      PageEncoding encoding,
      @Nullable Statistics<?> statistics) {}

  ChunkPages(ColumnDescriptor column, PageCompressor compressor) {
    this.column = column;
    this.compressor = compressor;
    this.layout = new ColumnLayoutBuilder(column, compressor.compression());
  }

  ColumnDescriptor column() {
    return column;
  }

  ColumnLayoutBuilder layout() {
    return layout;
  }

  /** The compressed bytes held. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Adds a data page.
   *
   * @param statistics of its values, or null if the chunk shall have none
   */
  void add(
      ByteBuilder body,
      int rows,
      int values,
      PageEncoding encoding,
      @Nullable Statistics<?> statistics)
      throws IOException {
    byte[] compressed = compressor.compress(body.array(), body.length());
    pages.add(new Page(compressed, body.length(), rows, values, encoding, statistics));
    bytes += compressed.length;
    valueCount += values;
  }

  void setDictionary(ByteBuilder body, int size) throws IOException {
    byte[] compressed = compressor.compress(body.array(), body.length());
    dictionary = new Page(compressed, body.length(), 0, size, PageEncoding.PLAIN, null);
    bytes += compressed.length;
  }

  /** Writes the chunk and forgets its pages. */
  void writeTo(ParquetFileWriter file, StorageOutput output) throws IOException {
    file.startColumn(column, valueCount, compressor.parquetName());
    layout.startChunk(output.getPos());
    Page numbered = dictionary;
    if (numbered == null) {
      layout.noDictionary();
    } else {
      long offset = output.getPos();
      file.writeDictionaryPage(
          new DictionaryPage(
              BytesInput.from(numbered.body),
              numbered.uncompressedLength,
              numbered.values,
              Encoding.PLAIN));
      layout.dictionary(location(numbered, offset, output.getPos()), numbered.values);
    }
    for (Page page : pages) {
      long offset = output.getPos();
      file.writeDataPage(
          page.values,
          page.uncompressedLength,
          BytesInput.from(page.body),
          page.statistics,
          page.rows,
          Encoding.RLE,
          Encoding.RLE,
          page.encoding.parquet());
      layout.page(location(page, offset, output.getPos()), page.rows, page.values, page.encoding);
    }
    file.endColumn();
    layout.endChunk();
    pages.clear();
    dictionary = null;
    bytes = 0;
    valueCount = 0;
  }

  private ColumnLayout.PageLocation location(Page page, long offset, long end) {
    crc.reset();
    crc.update(page.body);
    return new ColumnLayout.PageLocation(
        offset,
        (int) (end - offset) - page.body.length,
        page.body.length,
        page.uncompressedLength,
        (int) crc.getValue());
  }
}
