package io.firn.format;

import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * Writes one data file: rows in ascending key order, column by column, into Parquet that any
 * Iceberg reader understands, with Firn's index inside. Not safe for use by several threads.
 *
 * <p>Rows come in batches of any size. The writer holds the compressed pages of one row group, and
 * eight bytes for each key of the file if there is a key filter. {@link #finish} makes the file
 * durable; until it has returned the file is not complete, and {@link #close} deletes it. After a
 * crash an unfinished file may be left behind under its name.
 *
 * <p>Methods throw {@link StorageException} if the storage fails. After any exception the writer
 * can only be closed.
 */
public final class DataFileWriter implements Closeable {

  /** Whether the file keeps where its rows come from. */
  public enum Lineage {
    /** The rows are new: the commit that adds the file gives them their row ids. */
    FROM_COMMIT,
    /** The rows bring {@code _row_id} and {@code _last_updated_sequence_number} along. */
    KEPT
  }

  /** The key in the Parquet footer under which Iceberg keeps the schema. */
  private static final String SCHEMA_KEY = "iceberg.schema";

  private static final int COLUMN_INDEX_BOUND_BYTES = 64;

  /** How many rows are encoded at a time; also how far a row group may exceed its limit. */
  private static final int STEP_ROWS = 4096;

  private final Storage storage;
  private final String path;
  private final KeyCodec keys;
  private final WriterOptions options;
  private final Schema schema;
  private final PageCompressor compressor;
  private final OutputFileHandle file;
  private final StorageOutput output;
  private final ParquetFileWriter parquet;
  private final FileColumns columns;
  private final DataFileIndexBuilder index;
  private final KeyList stepKeys = new KeyList();
  private long blockBytes;
  private long groupRows;
  private boolean finished;
  private boolean closed;

  private DataFileWriter(
      Storage storage, String path, TableSchema table, WriterOptions options, Lineage lineage)
      throws IOException {
    this.storage = storage;
    this.path = path;
    this.keys = table.keys();
    this.options = options;
    this.schema = lineage == Lineage.KEPT ? table.lineageSchema() : table.schema();
    MessageType parquetSchema = ParquetSchemaUtil.convert(schema, "table");
    this.index = new DataFileIndexBuilder(options.filterBitsPerKey());
    this.compressor = new PageCompressor(options.compression());
    try {
      this.columns = new FileColumns(schema, parquetSchema, table.keyFields(), options, compressor);
      this.file = storage.create(path);
    } catch (IOException | RuntimeException e) {
      compressor.close();
      throw e;
    }
    this.output = new StorageOutput(file);
    try {
      this.parquet =
          new ParquetFileWriter(
              output,
              parquetSchema,
              ParquetFileWriter.Mode.OVERWRITE,
              options.rowGroupBytes(),
              0,
              COLUMN_INDEX_BOUND_BYTES,
              Integer.MAX_VALUE,
              true);
      parquet.start();
    } catch (IOException | RuntimeException e) {
      try {
        discard();
      } catch (IOException | RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Creates a file of new rows. The path must be free and its directory exist. */
  public static DataFileWriter create(
      Storage storage, String path, TableSchema table, WriterOptions options) {
    return create(storage, path, table, options, Lineage.FROM_COMMIT);
  }

  /** Creates a file. The path must be free and its directory exist. */
  public static DataFileWriter create(
      Storage storage, String path, TableSchema table, WriterOptions options, Lineage lineage) {
    try {
      return new DataFileWriter(storage, path, table, options, lineage);
    } catch (IOException e) {
      throw new StorageException("Data file " + path + " cannot be created", e);
    }
  }

  /** The columns of the batches this writer takes. */
  public Schema schema() {
    return schema;
  }

  /**
   * Appends rows of {@link #schema()} in ascending key order, all above those before.
   *
   * @throws IllegalArgumentException if keys do not ascend, or a required column has nulls
   */
  public void write(ColumnBatch rows) {
    write(rows, 0, rows.rowCount());
  }

  /** Appends rows {@code from} to {@code from + count} of a batch, as {@link #write} does. */
  public void write(ColumnBatch rows, int from, int count) {
    requireOpen();
    requireColumns(rows);
    try {
      int at = from;
      int end = from + count;
      while (at < end) {
        long groupRoom = options.rowGroupRows() - groupRows;
        int step = (int) Math.min(Math.min(STEP_ROWS, end - at), groupRoom);
        writeStep(rows, at, step);
        at += step;
        if (groupRows >= options.rowGroupRows()
            || columns.bufferedBytes() >= options.rowGroupBytes()) {
          endRowGroup();
        }
      }
    } catch (IOException e) {
      throw new StorageException("Data file " + path + " cannot be written", e);
    }
  }

  private void requireColumns(ColumnBatch rows) {
    boolean same = rows.columnCount() == schema.columns().size();
    for (int i = 0; same && i < rows.columnCount(); i++) {
      same = rows.column(i).field().fieldId() == schema.columns().get(i).fieldId();
    }
    if (!same) {
      throw new IllegalArgumentException(
          "The batch has not the file's columns: " + rows.schema() + " instead of " + schema);
    }
  }

  private void writeStep(ColumnBatch rows, int from, int count) throws IOException {
    stepKeys.clear();
    keys.append(rows, from, count, stepKeys);
    int start = 0;
    while (start < count) {
      int end = blockEnd(start);
      index.add(stepKeys, start, end);
      for (ColumnWriter key : columns.keys()) {
        key.append(rows, from + start, end - start);
      }
      if (index.blockRows() >= options.pageRowsMax() || blockBytes >= options.pageBytes()) {
        endBlock();
      }
      start = end;
    }
    for (ColumnWriter column : columns.others()) {
      column.append(rows, from, count);
    }
    groupRows += count;
  }

  /** Where the current key block ends among the step's keys. */
  private int blockEnd(int start) {
    int room = Math.min(stepKeys.size() - start, options.pageRowsMax() - index.blockRows());
    int end = start;
    while (end < start + room && blockBytes < options.pageBytes()) {
      blockBytes += stepKeys.length(end);
      end++;
    }
    return end;
  }

  private void endBlock() throws IOException {
    for (ColumnWriter key : columns.keys()) {
      key.endPage();
    }
    index.endBlock();
    blockBytes = 0;
  }

  private void endRowGroup() throws IOException {
    if (groupRows == 0) {
      return;
    }
    if (index.blockRows() > 0) {
      endBlock();
    }
    for (ColumnWriter column : columns.all()) {
      column.endChunk();
    }
    parquet.startBlock(groupRows);
    for (ChunkPages chunk : columns.chunks()) {
      chunk.writeTo(parquet, output);
    }
    parquet.endBlock();
    index.endRowGroup(groupRows);
    groupRows = 0;
  }

  /** The file's length if it were finished now, roughly. */
  public long bytesSoFar() {
    return output.getPos() + columns.bufferedBytes();
  }

  /** The number of rows written. */
  public long rowCount() {
    return index.rowCount();
  }

  /**
   * Completes the file and makes it durable: its content and its name.
   *
   * @throws InvalidArgumentException if no row was written; a table has no use for an empty file
   */
  public WrittenFile finish() {
    requireOpen();
    if (index.rowCount() == 0) {
      throw new InvalidArgumentException("Data file " + path + " would have no rows");
    }
    try {
      endRowGroup();
      writeIndexAndFooter();
      output.flush();
      file.sync();
      file.close();
      storage.syncDirectory(StoragePaths.parent(path));
    } catch (IOException e) {
      throw new StorageException("Data file " + path + " cannot be completed", e);
    }
    ParquetMetadata footer = parquet.getFooter();
    Metrics metrics =
        ParquetUtil.footerMetrics(
            footer,
            columns.all().stream().flatMap(ColumnWriter::metrics),
            MetricsConfig.getDefault());
    List<Long> splitOffsets = ParquetUtil.getSplitOffsets(footer);
    WrittenFile written =
        new WrittenFile(
            path,
            output.getPos(),
            index.rowCount(),
            metrics,
            splitOffsets,
            index.firstKey(),
            index.lastKey());
    finished = true;
    return written;
  }

  private void writeIndexAndFooter() throws IOException {
    byte[] section =
        index.build(
            columns.chunks().stream().map(ChunkPages::layout).toList(),
            schema,
            StoragePaths.name(path),
            output.checksum());
    int length = section.length + SectionTail.BYTES;
    IndexLocator locator = new IndexLocator(output.getPos(), length);
    output.hold(length);
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(SCHEMA_KEY, SchemaParser.toJson(schema));
    properties.put(DataFileIndex.FOOTER_KEY, locator.footerValue());
    parquet.end(properties);
    output.release(checksum -> SectionTail.append(section, checksum));
  }

  private void requireOpen() {
    if (closed || finished) {
      throw new IllegalStateException("Data file " + path + " is finished or closed");
    }
  }

  /**
   * Releases what the writer holds; a file that was not finished is deleted. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (finished) {
      compressor.close();
      return;
    }
    try {
      parquet.abort();
      discard();
    } catch (IOException e) {
      throw new StorageException("Unfinished data file " + path + " cannot be deleted", e);
    }
  }

  private void discard() throws IOException {
    compressor.close();
    try {
      file.close();
    } finally {
      storage.delete(path);
    }
  }
}
