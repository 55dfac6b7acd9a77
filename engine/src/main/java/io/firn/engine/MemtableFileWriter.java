package io.firn.engine;

import io.firn.engine.internal.memtable.Memtable;
import io.firn.error.StorageException;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileWriter;
import io.firn.format.KeyList;
import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a memtable's newest row per key to a data file on level 0; deletes leave no trace in it.
 */
final class MemtableFileWriter {

  private static final Logger LOG = LoggerFactory.getLogger(MemtableFileWriter.class);

  /**
   * Rows turned from row-major to column-major at a time: few enough to stay in the processor's
   * cache.
   */
  private static final int BATCH_ROWS = 1024;

  private final Storage storage;
  private final FilePins pins;
  private final WriterOptions options;
  private final Supplier<String> newPath;

  /**
   * @param newPath names a file that does not exist
   */
  MemtableFileWriter(EngineParts parts, WriterOptions options, Supplier<String> newPath) {
    this.storage = parts.storage();
    this.pins = parts.pins();
    this.options = options;
    this.newPath = newPath;
  }

  /**
   * Writes the file, durably, and pins it: nobody may take it for an orphan before it is committed.
   *
   * @param keys receives every key of the memtable, deleted ones too, ascending
   * @return null if there is no row to write
   */
  @Nullable WrittenFile write(Memtable memtable, TableSchema schema, KeyList keys) {
    try (Output output = new Output(schema)) {
      EntryCursor cursor =
          new EntryCursor(memtable, memtable.ascending(null, null, Long.MAX_VALUE));
      while (cursor.next()) {
        keys.add(cursor.array(), cursor.keyOffset(), cursor.keyLength());
        if (!cursor.isDelete()) {
          output.add(cursor.array(), cursor.rowOffset());
        }
      }
      return output.finish();
    }
  }

  /**
   * Removes a file that will not be committed. If that fails it is an orphan, which the sweeper
   * finds.
   */
  void discard(WrittenFile file) {
    try {
      storage.delete(file.path());
    } catch (IOException e) {
      LOG.warn("The uncommitted data file {} cannot be deleted now", file.path(), e);
    } finally {
      pins.unpin(file.path());
    }
  }

  /** The file being written, begun with the first row. */
  private final class Output implements AutoCloseable {
    private final TableSchema schema;
    private final ColumnBatch batch;
    private final byte[][] arrays = new byte[BATCH_ROWS][];
    private final int[] offsets = new int[BATCH_ROWS];
    private int count;
    private @Nullable DataFileWriter writer;
    private @Nullable String path;
    private boolean finished;

    Output(TableSchema schema) {
      this.schema = schema;
      this.batch = ColumnBatch.of(schema.schema());
    }

    void add(byte[] array, int offset) {
      arrays[count] = array;
      offsets[count] = offset;
      count++;
      if (count == BATCH_ROWS) {
        writeBatch();
      }
    }

    private void createDirectory(String file) {
      try {
        storage.createDirectories(StoragePaths.parent(StoragePaths.withoutFileScheme(file)));
      } catch (IOException e) {
        throw new StorageException("Cannot create the directory of " + file, e);
      }
    }

    private void writeBatch() {
      DataFileWriter open = writer;
      if (open == null) {
        String name = newPath.get();
        pins.pin(name);
        path = name;
        createDirectory(name);
        open = DataFileWriter.create(storage, name, schema, options);
        writer = open;
      }
      batch.clear();
      schema.rows().append(arrays, offsets, 0, count, batch);
      open.write(batch);
      count = 0;
    }

    @Nullable WrittenFile finish() {
      if (count > 0) {
        writeBatch();
      }
      DataFileWriter open = writer;
      WrittenFile written = open == null ? null : open.finish();
      finished = true;
      return written;
    }

    @Override
    public void close() {
      DataFileWriter open = writer;
      try {
        if (open != null) {
          open.close();
        }
      } finally {
        String pinned = path;
        if (pinned != null && !finished) {
          pins.unpin(pinned);
        }
      }
    }
  }
}
