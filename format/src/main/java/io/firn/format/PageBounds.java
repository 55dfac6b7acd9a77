package io.firn.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of the values in each page of a flat column, for proving that a page holds no row that is
 * looked for. From the column index, or else from the statistics of the row group. Immutable.
 *
 * <p>Bounds are a {@link Long} for integers of all kinds and booleans, a {@link Double} for floats,
 * a {@link BigInteger} for decimals (unscaled) and a {@code byte[]} in unsigned order for
 * everything else. They may be wider than the values but never narrower, except that NaNs are
 * outside of them.
 */
final class PageBounds {

  private static final int MAX_INDEX_BYTES = 64 << 20;
  private static final long UNKNOWN = -1;

  private final @Nullable Object[] lower;
  private final @Nullable Object[] upper;
  private final long[] nullCounts;

  private final ColumnPages pages;
  private final Type type;

  private PageBounds(ColumnPages lie, Type type) {
    this.pages = lie;
    this.type = type;
    this.lower = new @Nullable Object[lie.pages()];
    this.upper = new @Nullable Object[lie.pages()];
    this.nullCounts = new long[lie.pages()];
    Arrays.fill(nullCounts, UNKNOWN);
  }

  /** Where the pages lie. */
  ColumnPages pages() {
    return pages;
  }

  /** The type of the values in the file. */
  Type type() {
    return type;
  }

  /** Not above any value of the page that is not null; null if unknown. */
  @Nullable Object lower(int page) {
    return lower[page];
  }

  /** Not below any value of the page that is not null; null if unknown. */
  @Nullable Object upper(int page) {
    return upper[page];
  }

  /** Whether the page is known to hold no null. */
  boolean hasNoNulls(int page) {
    return nullCounts[page] == 0;
  }

  /** Whether the page is known to hold nothing but nulls. */
  boolean hasOnlyNulls(int page) {
    return nullCounts[page] == pages.rows(page);
  }

  static PageBounds read(
      SourceFile file,
      List<ColumnChunkMetaData> chunks,
      ColumnPages pages,
      ColumnDescriptor descriptor,
      Type type) {
    PageBounds bounds = new PageBounds(pages, type);
    if (!comparable(descriptor.getPrimitiveType(), type)) {
      return bounds;
    }
    int first = 0;
    for (int group = 0; group < chunks.size(); group++) {
      int end = first;
      while (end < pages.pages() && pages.chunkOf(end) == group) {
        end++;
      }
      ColumnChunkMetaData chunk = chunks.get(group);
      if (!bounds.fromIndex(file, chunk, first, end, pages, descriptor.getPrimitiveType())) {
        bounds.fromStatistics(chunk, first, end, pages, descriptor.getPrimitiveType());
      }
      first = end;
    }
    return bounds;
  }

  /** Whether what is stored is in the units of the type. */
  private static boolean comparable(PrimitiveType stored, Type type) {
    Conversion conversion = Conversion.reading(stored, type);
    return conversion == null
        || conversion == Conversion.INT_TO_LONG
        || type.typeId() == Type.TypeID.DECIMAL;
  }

  private boolean fromIndex(
      SourceFile file,
      ColumnChunkMetaData chunk,
      int first,
      int end,
      ColumnPages pages,
      PrimitiveType type) {
    IndexReference reference = chunk.getColumnIndexReference();
    if (reference == null
        || reference.getLength() <= 0
        || reference.getLength() > MAX_INDEX_BYTES) {
      return false;
    }
    ColumnIndex index;
    try {
      index =
          Util.readColumnIndex(
              new ByteArrayInputStream(file.read(reference.getOffset(), reference.getLength())));
    } catch (IOException e) {
      throw new MalformedPageException("the column index cannot be decoded: " + e.getMessage());
    }
    int count = end - first;
    if (index.getNull_pagesSize() != count
        || index.getMin_valuesSize() != count
        || index.getMax_valuesSize() != count) {
      return false;
    }
    boolean counted = index.isSetNull_counts() && index.getNull_countsSize() == count;
    for (int i = 0; i < count; i++) {
      int page = first + i;
      if (index.getNull_pages().get(i)) {
        nullCounts[page] = pages.rows(page);
      } else {
        nullCounts[page] = counted ? index.getNull_counts().get(i) : UNKNOWN;
        lower[page] = value(type, index.getMin_values().get(i));
        upper[page] = value(type, index.getMax_values().get(i));
      }
    }
    return true;
  }

  private void fromStatistics(
      ColumnChunkMetaData chunk, int first, int end, ColumnPages pages, PrimitiveType type) {
    Statistics<?> statistics = chunk.getStatistics();
    if (statistics == null || statistics.isEmpty()) {
      return;
    }
    long rows = pages.firstRow(end) - pages.firstRow(first);
    for (int page = first; page < end; page++) {
      if (statistics.isNumNullsSet() && statistics.getNumNulls() == 0) {
        nullCounts[page] = 0;
      } else if (statistics.isNumNullsSet() && statistics.getNumNulls() == rows) {
        nullCounts[page] = pages.rows(page);
      }
      if (statistics.hasNonNullValue()) {
        lower[page] = value(type, ByteBuffer.wrap(statistics.getMinBytes()));
        upper[page] = value(type, ByteBuffer.wrap(statistics.getMaxBytes()));
      }
    }
  }

  /** A bound as it is compared; null if it is of no use. */
  private static @Nullable Object value(PrimitiveType type, ByteBuffer stored) {
    ByteBuffer bytes = stored.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    boolean decimal = type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
    int needed =
        switch (type.getPrimitiveTypeName()) {
          case BOOLEAN -> 1;
          case INT32, FLOAT -> 4;
          case INT64, DOUBLE -> 8;
          default -> decimal ? 1 : 0;
        };
    if (bytes.remaining() < needed) {
      return null;
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> (long) bytes.get(bytes.position());
      case INT32 -> integer(decimal, bytes.getInt());
      case INT64 -> integer(decimal, bytes.getLong());
      case FLOAT -> number(bytes.getFloat());
      case DOUBLE -> number(bytes.getDouble());
      case INT96 -> null;
      case BINARY, FIXED_LEN_BYTE_ARRAY -> {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        yield decimal ? new BigInteger(array) : array;
      }
    };
  }

  private static Object integer(boolean decimal, long value) {
    return decimal ? BigInteger.valueOf(value) : (Object) value;
  }

  private static @Nullable Object number(double value) {
    return Double.isNaN(value) ? null : (Object) value;
  }
}
