package io.firn.format;

import io.firn.format.PageCompressor.Method;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one column chunk, held until its row group is written. The first pages of the file
 * decide whether the column is compressed at all: what hardly gets smaller is stored as it is,
 * which costs nothing to write and nothing to read.
 */
final class ChunkPages {

  /** So many pages are kept both ways before the decision. */
  private static final int PAGES_TO_DECIDE = 8;

  /** Compression must save at least this part of the bytes. */
  private static final int LEAST_SAVING = 8;

  /**
   * And this of values of variable length. They are most of what wide rows consist of; where
   * nothing in them repeats, Zstandard saves a sixth and makes reading them three times as slow.
   */
  private static final int LEAST_SAVING_OF_BYTES = 4;

  /**
   * The faster form of Zstandard may take this part more: numbers most of whose bytes are alike are
   * read half as fast again.
   */
  private static final int MOST_GROWTH = 8;

  private final ColumnDescriptor column;
  private final PageCompressor compressor;
  private final ColumnLayoutBuilder layout;
  private final List<EncodedPage> pages = new ArrayList<>();

  /** The bodies of the pages so far before compression, until it is decided on. */
  private final List<byte[]> plainBodies = new ArrayList<>();

  private final CRC32 crc = new CRC32();
  private @Nullable EncodedPage dictionary;
  private Method method;
  private boolean decided;
  private long bytes;
  private long valueCount;

  ChunkPages(ColumnDescriptor column, PageCompressor compressor) {
    this.column = column;
    this.compressor = compressor;
    this.method = compressor.method();
    this.decided = method == Method.NONE;
    this.layout = new ColumnLayoutBuilder(column);
  }

  ColumnDescriptor column() {
    return column;
  }

  ColumnLayoutBuilder layout() {
    return layout;
  }

  /** The bytes held as they will be written. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Whether values without nulls shall come as {@link #addPiece pieces}. What Snappy has compressed
   * cannot be strung together.
   */
  boolean takesPieces() {
    return compressor.method() != Method.SNAPPY;
  }

  /**
   * Adds a data page with its levels.
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
    add(body, rows, values, encoding, EncodedPage.WHOLE, statistics);
  }

  /**
   * Adds values without nulls, and without anything before them.
   *
   * @param bitWidth of dictionary numbers; 0 for plain values
   */
  void addPiece(
      ByteBuilder body,
      int rows,
      PageEncoding encoding,
      int bitWidth,
      @Nullable Statistics<?> statistics)
      throws IOException {
    add(body, rows, rows, encoding, bitWidth, statistics);
  }

  private void add(
      ByteBuilder body,
      int rows,
      int values,
      PageEncoding encoding,
      int bitWidth,
      @Nullable Statistics<?> statistics)
      throws IOException {
    byte[] stored = compressor.compress(method, body.array(), body.length());
    pages.add(new EncodedPage(stored, body.length(), rows, values, encoding, bitWidth, statistics));
    bytes += stored.length;
    valueCount += values;
    if (!decided) {
      plainBodies.add(Arrays.copyOf(body.array(), body.length()));
      if (pages.size() == PAGES_TO_DECIDE) {
        decide();
      }
    }
  }

  void setDictionary(ByteBuilder body, int size) throws IOException {
    decide();
    byte[] stored = compressor.compress(method, body.array(), body.length());
    dictionary =
        new EncodedPage(
            stored, body.length(), 0, size, PageEncoding.PLAIN, EncodedPage.WHOLE, null);
    bytes += stored.length;
  }

  /** Once a file: all chunks of a column are compressed in the same way. */
  private void decide() throws IOException {
    if (decided || pages.isEmpty()) {
      return;
    }
    decided = true;
    long plain = total(plainBodies);
    boolean variable = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    if (bytes > plain - plain / (variable ? LEAST_SAVING_OF_BYTES : LEAST_SAVING)) {
      take(Method.NONE, plainBodies);
    } else if (method == Method.ZSTD) {
      List<byte[]> faster = new ArrayList<>();
      for (byte[] body : plainBodies) {
        faster.add(compressor.compress(Method.ZSTD_FAST, body, body.length));
      }
      if (total(faster) <= bytes + bytes / MOST_GROWTH) {
        take(Method.ZSTD_FAST, faster);
      }
    }
    plainBodies.clear();
  }

  private void take(Method other, List<byte[]> bodies) {
    method = other;
    for (int i = 0; i < bodies.size(); i++) {
      pages.set(i, pages.get(i).withBody(bodies.get(i)));
    }
    bytes = total(bodies);
  }

  private static long total(List<byte[]> bodies) {
    return bodies.stream().mapToLong(body -> body.length).sum();
  }

  /** Writes the chunk and forgets its pages. */
  void writeTo(ParquetFileWriter file, StorageOutput output) throws IOException {
    decide();
    file.startColumn(column, valueCount, method.codec().parquet());
    layout.startChunk(output.getPos());
    EncodedPage numbered = dictionary;
    if (numbered == null) {
      layout.noDictionary();
    } else {
      long offset = output.getPos();
      file.writeDictionaryPage(
          new DictionaryPage(
              BytesInput.from(numbered.body()),
              numbered.uncompressedLength(),
              numbered.values(),
              Encoding.PLAIN));
      int header = (int) (output.getPos() - offset) - numbered.body().length;
      layout.dictionary(location(numbered, offset, header), numbered.values());
    }
    for (int next = 0; next < pages.size(); ) {
      PagePieces page =
          PagePieces.first(pages.subList(next, pages.size()), column, method, compressor);
      write(page, file, output);
      next += page.pieces().size();
    }
    file.endColumn();
    layout.endChunk(method.codec());
    pages.clear();
    dictionary = null;
    bytes = 0;
    valueCount = 0;
  }

  private void write(PagePieces page, ParquetFileWriter file, StorageOutput output)
      throws IOException {
    long offset = output.getPos();
    BytesInput body = page.body();
    file.writeDataPage(
        page.values(),
        page.uncompressedLength(),
        body,
        page.statistics(),
        page.rows(),
        Encoding.RLE,
        Encoding.RLE,
        page.pieces().get(0).encoding().parquet());
    int before = (int) (output.getPos() - offset - body.size()) + page.prefixLength();
    for (EncodedPage piece : page.pieces()) {
      layout.page(location(piece, offset, before), piece);
      offset += before + piece.body().length;
      before = 0;
    }
  }

  /**
   * @param before how many bytes stand between the offset and the body
   */
  private ColumnLayout.PageLocation location(EncodedPage page, long offset, int before) {
    crc.reset();
    crc.update(page.body());
    return new ColumnLayout.PageLocation(
        offset, before, page.body().length, page.uncompressedLength(), (int) crc.getValue());
  }
}
