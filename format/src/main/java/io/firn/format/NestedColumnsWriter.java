package io.firn.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriteStore;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;
import org.apache.parquet.schema.MessageType;

/**
 * Encodes all struct, list and map columns of a file through the library's record writers, row by
 * row, into pages like those of flat columns.
 */
final class NestedColumnsWriter implements ColumnWriter {

  private final int[] columnIndexes;
  private final MessageType parquetSchema;
  private final GenericRecord row;
  private final ParquetProperties properties;
  private final ParquetValueWriter<Record> writer;
  private final Map<ColumnDescriptor, NestedPageWriter> pageWriters = new LinkedHashMap<>();
  private ColumnWriteStore store;

  /**
   * @param columnIndexes where the nested columns stand in the file's schema
   * @param schema the nested columns alone, and {@code parquetSchema} their Parquet form
   */
  NestedColumnsWriter(
      int[] columnIndexes,
      Schema schema,
      MessageType parquetSchema,
      WriterOptions options,
      PageCompressor compressor) {
    this.columnIndexes = columnIndexes.clone();
    this.parquetSchema = parquetSchema;
    this.row = GenericRecord.create(schema);
    this.properties = properties(parquetSchema, options);
    for (ColumnDescriptor column : parquetSchema.getColumns()) {
      pageWriters.put(column, new NestedPageWriter(new ChunkPages(column, compressor)));
    }
    this.writer = GenericParquetWriter.create(schema, parquetSchema);
    this.store = newStore();
  }

  private static ParquetProperties properties(MessageType parquetSchema, WriterOptions options) {
    ParquetProperties.Builder builder =
        ParquetProperties.builder()
            .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
            .withPageSize(options.pageBytes())
            .withPageRowCountLimit(options.pageRowsMax())
            .withMinRowCountForPageSizeCheck(16)
            .withDictionaryEncoding(false)
            .withSizeStatisticsEnabled(false);
    for (ColumnDescriptor column : parquetSchema.getColumns()) {
      if (!ValueStatistics.boundsCanBeTrusted(column.getPrimitiveType())) {
        builder.withStatisticsEnabled(String.join(".", column.getPath()), false);
      }
    }
    return builder.build();
  }

  private ColumnWriteStore newStore() {
    PageWriteStore pages = pageWriters::get;
    ColumnWriteStore fresh = properties.newColumnWriteStore(parquetSchema, pages);
    writer.setColumnStore(fresh);
    return fresh;
  }

  @Override
  public void append(ColumnBatch rows, int from, int count) {
    for (int i = from; i < from + count; i++) {
      for (int c = 0; c < columnIndexes.length; c++) {
        row.set(c, rows.column(columnIndexes[c]).value(i));
      }
      writer.write(0, row);
      store.endRecord();
    }
  }

  @Override
  public void endPage() {}

  @Override
  public void endChunk() {
    store.flush();
    store.close();
    store = newStore();
  }

  @Override
  public List<ChunkPages> chunks() {
    List<ChunkPages> chunks = new ArrayList<>();
    pageWriters.values().forEach(pages -> chunks.add(pages.chunk));
    return chunks;
  }

  @Override
  public long bufferedBytes() {
    long bytes = store.getBufferedSize();
    for (NestedPageWriter pages : pageWriters.values()) {
      bytes += pages.chunk.bytes();
    }
    return bytes;
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return writer.metrics().map(NestedColumnsWriter::withoutMisleadingBounds);
  }

  /** As for flat columns: where there is a NaN there are no bounds. */
  private static FieldMetrics<?> withoutMisleadingBounds(FieldMetrics<?> metrics) {
    return metrics.nanValueCount() <= 0
        ? metrics
        : new FieldMetrics<>(
            metrics.id(), metrics.valueCount(), metrics.nullValueCount(), metrics.nanValueCount());
  }

  /** Takes pages from the library. */
  private static final class NestedPageWriter implements PageWriter {
    private final ChunkPages chunk;
    private final ByteBuilder body = new ByteBuilder();

    NestedPageWriter(ChunkPages chunk) {
      this.chunk = chunk;
    }

    @Override
    public void writePage(
        BytesInput bytes,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        SizeStatistics sizeStatistics,
        GeospatialStatistics geospatialStatistics,
        Encoding repetitionLevels,
        Encoding definitionLevels,
        Encoding values)
        throws IOException {
      writePage(
          bytes, valueCount, rowCount, statistics, repetitionLevels, definitionLevels, values);
    }

    @Override
    public void writePage(
        BytesInput bytes,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        Encoding repetitionLevels,
        Encoding definitionLevels,
        Encoding values)
        throws IOException {
      body.clear();
      int length = Math.toIntExact(bytes.size());
      int at = body.extend(length);
      if (bytes.toInputStream().readNBytes(body.array(), at, length) != length) {
        throw new IOException("A page is shorter than it says");
      }
      chunk.add(body, rowCount, valueCount, PageEncoding.of(values), statistics);
    }

    @Override
    @SuppressWarnings("deprecation") // the interface still asks for it
    public void writePage(
        BytesInput bytes,
        int valueCount,
        Statistics<?> statistics,
        Encoding repetitionLevels,
        Encoding definitionLevels,
        Encoding values) {
      throw new UnsupportedOperationException("A page needs its number of rows");
    }

    @Override
    public void writePageV2(
        int rowCount,
        int nullCount,
        int valueCount,
        BytesInput repetitionLevels,
        BytesInput definitionLevels,
        Encoding dataEncoding,
        BytesInput data,
        Statistics<?> statistics) {
      throw new UnsupportedOperationException("Pages are of version 1");
    }

    @Override
    public void writeDictionaryPage(DictionaryPage dictionaryPage) {
      throw new UnsupportedOperationException("Nested columns have no dictionary");
    }

    @Override
    public long getMemSize() {
      return chunk.bytes();
    }

    @Override
    public long allocatedSize() {
      return chunk.bytes();
    }

    @Override
    public String memUsageString(String prefix) {
      return prefix + chunk.column() + " " + chunk.bytes() + " bytes";
    }

    @Override
    public void close() {}
  }
}
