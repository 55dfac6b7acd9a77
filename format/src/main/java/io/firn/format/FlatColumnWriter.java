package io.firn.format;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;

/**
 * Encodes one flat column into Parquet pages of version 1: definition levels if it is optional,
 * then its values, plain or as numbers into a dictionary. What is particular to a kind of values is
 * the {@link ValueWriter}'s.
 */
final class FlatColumnWriter implements ColumnWriter {

  /** Where a page ends. */
  enum Paging {
    /** When it is full. */
    BY_SIZE,
    /** Only when told: pages of key columns end together. */
    BY_CALLER
  }

  private final int columnIndex;
  private final int fieldId;
  private final ValueWriter values;
  private final Paging paging;
  private final int pageBytes;
  private final int pageRowsMax;
  private final boolean optional;
  private final ChunkPages pages;
  private final ByteBuilder body = new ByteBuilder();
  private int[] levels = new int[0];
  private boolean levelsUsed;
  private int pageRows;
  private int pageNulls;
  private long valueCount;
  private long nullCount;

  FlatColumnWriter(
      int columnIndex,
      ColumnDescriptor descriptor,
      ValueWriter values,
      Paging paging,
      WriterOptions options,
      PageCompressor compressor) {
    this.columnIndex = columnIndex;
    this.fieldId = descriptor.getPrimitiveType().getId().intValue();
    this.values = values;
    this.paging = paging;
    this.pageBytes = options.pageBytes();
    this.pageRowsMax = options.pageRowsMax();
    this.optional = descriptor.getMaxDefinitionLevel() > 0;
    this.pages = new ChunkPages(descriptor, compressor);
  }

  @Override
  public void append(ColumnBatch rows, int from, int count) throws IOException {
    Column column = rows.column(columnIndex);
    if (column.nullCount() > 0 && !optional) {
      throw new IllegalArgumentException(
          "Column " + column.field().name() + " is required and has nulls");
    }
    values.lookAhead(column, from, column.size());
    int at = from;
    int end = from + count;
    while (at < end) {
      int room = paging == Paging.BY_SIZE ? pageRowsMax - pageRows : Integer.MAX_VALUE;
      int bytesRoom = paging == Paging.BY_SIZE ? pageBytes - values.pageBytes() : Integer.MAX_VALUE;
      int take = Math.min(Math.min(end - at, room), values.rowsWithin(column, at, end, bytesRoom));
      appendToPage(column, at, take);
      at += take;
      if (paging == Paging.BY_SIZE
          && (pageRows >= pageRowsMax || values.pageBytes() >= pageBytes)) {
        endPage();
      }
    }
  }

  private void appendToPage(Column column, int from, int count) {
    int nulls = 0;
    boolean[] flags = column.nulls();
    if (flags != null) {
      nulls = appendLevels(flags, from, count);
    } else if (levelsUsed) {
      reserveLevels(count);
      Arrays.fill(levels, pageRows, pageRows + count, 1);
    }
    pageRows += count;
    pageNulls += nulls;
    if (nulls == 0) {
      values.append(column, from, count);
    } else {
      // Stretches between nulls are as good as a batch without.
      int start = from;
      for (int i = from; i < from + count; i++) {
        if (column.isNull(i)) {
          values.append(column, start, i - start);
          start = i + 1;
        }
      }
      values.append(column, start, from + count - start);
    }
  }

  private int appendLevels(boolean[] flags, int from, int count) {
    reserveLevels(count);
    if (!levelsUsed) {
      Arrays.fill(levels, 0, pageRows, 1);
      levelsUsed = true;
    }
    int nulls = 0;
    for (int i = 0; i < count; i++) {
      boolean isNull = flags[from + i];
      levels[pageRows + i] = isNull ? 0 : 1;
      nulls += isNull ? 1 : 0;
    }
    return nulls;
  }

  private void reserveLevels(int count) {
    if (levels.length < pageRows + count) {
      levels = Arrays.copyOf(levels, Math.max(pageRows + count, levels.length * 2));
    }
  }

  @Override
  public void endPage() throws IOException {
    if (pageRows == 0) {
      return;
    }
    body.clear();
    boolean piece = pageNulls == 0 && pages.takesPieces();
    if (optional && !piece) {
      int lengthAt = body.extend(4);
      if (pageNulls == 0) {
        RunEncoder.appendRun(1, pageRows, 1, body);
      } else {
        RunEncoder.append(levels, pageRows, 1, body);
      }
      body.setIntLittle(lengthAt, body.length() - lengthAt - 4);
    }
    PageEncoding encoding = values.finishPage(body, !piece);
    Statistics<?> statistics = values.pageStatistics(pageNulls);
    if (piece) {
      int bitWidth = encoding == PageEncoding.DICTIONARY ? values.numberBits() : 0;
      pages.addPiece(body, pageRows, encoding, bitWidth, statistics);
    } else {
      pages.add(body, pageRows, pageRows, encoding, statistics);
    }
    values.clearPage();
    valueCount += pageRows;
    nullCount += pageNulls;
    pageRows = 0;
    pageNulls = 0;
    levelsUsed = false;
  }

  @Override
  public void endChunk() throws IOException {
    endPage();
    body.clear();
    int size = values.finishChunk(body);
    if (size > 0) {
      pages.setDictionary(body, size);
    }
  }

  @Override
  public List<ChunkPages> chunks() {
    return List.of(pages);
  }

  @Override
  public long bufferedBytes() {
    return pages.bytes() + values.pageBytes();
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return values.metrics(fieldId, valueCount, nullCount).stream();
  }
}
