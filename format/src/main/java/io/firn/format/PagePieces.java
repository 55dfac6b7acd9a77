package io.firn.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * One Parquet page made of pieces. Readers of whole tables want large pages, lookups want to
 * decompress little: so a page is compressed piece by piece, each a Zstandard frame of its own,
 * which make up the page for everybody (RFC 8878, section 3: frames that follow each other
 * decompress to the concatenation of their contents), while Firn's index knows where each piece is.
 *
 * <p>Levels, and the bit width of dictionary numbers, stand in a frame before the first piece.
 */
final class PagePieces {

  /** Where Parquet's own writers end a page. */
  private static final int ROWS_MAX = 20_000;

  private static final int BYTES_MAX = 1 << 20;

  private final List<EncodedPage> pieces;
  private final byte[] prefix;
  private final int uncompressedLength;

  private PagePieces(List<EncodedPage> pieces, byte[] prefix, int uncompressedLength) {
    this.pieces = pieces;
    this.prefix = prefix;
    this.uncompressedLength = uncompressedLength;
  }

  /**
   * As many pages as can be one, from the first of a list on.
   *
   * @param how the pieces are compressed
   */
  static PagePieces first(
      List<EncodedPage> pages,
      ColumnDescriptor column,
      PageCompressor.Method how,
      PageCompressor compressor)
      throws IOException {
    EncodedPage first = pages.get(0);
    if (!first.isPiece()) {
      return new PagePieces(List.of(first), new byte[0], first.uncompressedLength());
    }
    int count = 1;
    int rows = first.rows();
    int bytes = first.uncompressedLength();
    while (count < pages.size() && canFollow(pages.get(count - 1), pages.get(count), column)) {
      EncodedPage next = pages.get(count);
      rows += next.rows();
      bytes += next.uncompressedLength();
      if (rows > ROWS_MAX || bytes > BYTES_MAX) {
        rows -= next.rows();
        bytes -= next.uncompressedLength();
        break;
      }
      count++;
    }
    ByteBuilder plain = new ByteBuilder();
    if (column.getMaxDefinitionLevel() > 0) {
      int lengthAt = plain.extend(4);
      RunEncoder.appendRun(1, rows, 1, plain);
      plain.setIntLittle(lengthAt, plain.length() - lengthAt - 4);
    }
    if (first.encoding() == PageEncoding.DICTIONARY) {
      plain.put(first.bitWidth());
    }
    byte[] prefix =
        plain.length() == 0 ? new byte[0] : compressor.compress(how, plain.array(), plain.length());
    return new PagePieces(List.copyOf(pages.subList(0, count)), prefix, bytes + plain.length());
  }

  /** Whether the values of a page can stand right behind those of another. */
  private static boolean canFollow(EncodedPage page, EncodedPage next, ColumnDescriptor column) {
    return next.isPiece()
        && next.encoding() == page.encoding()
        && next.bitWidth() == page.bitWidth()
        // Plain booleans are bits, and no byte can be shared.
        && (column.getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BOOLEAN
            || page.rows() % 8 == 0);
  }

  List<EncodedPage> pieces() {
    return pieces;
  }

  /** What stands before the first piece. */
  int prefixLength() {
    return prefix.length;
  }

  /** The page as it is stored. */
  BytesInput body() {
    List<BytesInput> parts = new ArrayList<>();
    parts.add(BytesInput.from(prefix));
    pieces.forEach(piece -> parts.add(BytesInput.from(piece.body())));
    return BytesInput.concat(parts);
  }

  int uncompressedLength() {
    return uncompressedLength;
  }

  int rows() {
    return pieces.stream().mapToInt(EncodedPage::rows).sum();
  }

  int values() {
    return pieces.stream().mapToInt(EncodedPage::values).sum();
  }

  /** Statistics of all values, or null if the chunk shall have none. */
  @Nullable Statistics<?> statistics() {
    Statistics<?> all = null;
    for (EncodedPage piece : pieces) {
      Statistics<?> statistics = piece.statistics();
      if (statistics == null) {
        return null;
      }
      if (all == null) {
        all = statistics.copy();
      } else {
        all.mergeStatistics(statistics);
      }
    }
    return all;
  }
}
