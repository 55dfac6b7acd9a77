package io.firn.compaction;

import io.firn.error.StorageException;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileWriter;
import io.firn.format.TableSchema;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of one task: one file after the other, cut by size. Every row ends up in exactly one
 * of them, and their key ranges do not overlap. Closing without {@link #finish} deletes them all.
 * Not safe for use by several threads.
 */
final class OutputFiles implements AutoCloseable {

  private final CompactionTask task;
  private final CompactionEnvironment environment;
  private final TableSchema schema;
  private final RowMap.Builder rowMap;
  private final List<WrittenFile> files = new ArrayList<>();
  private @Nullable DataFileWriter writer;
  private boolean finished;

  OutputFiles(
      CompactionTask task,
      CompactionEnvironment environment,
      TableSchema schema,
      RowMap.Builder rowMap) {
    this.task = task;
    this.environment = environment;
    this.schema = schema;
    this.rowMap = rowMap;
  }

  void write(ColumnBatch rows) {
    DataFileWriter open = writer;
    if (open == null) {
      if (files.isEmpty()) {
        createDirectory();
      }
      open =
          DataFileWriter.create(
              environment.storage(),
              environment.paths().next(task),
              schema,
              task.writer(),
              DataFileWriter.Lineage.KEPT);
      writer = open;
    }
    open.write(rows);
    if (open.bytesSoFar() >= task.targetFileBytes()) {
      endFile();
    }
  }

  private void createDirectory() {
    try {
      environment.storage().createDirectories(task.outputDirectory());
    } catch (IOException e) {
      throw new StorageException("Cannot create " + task.outputDirectory(), e);
    }
  }

  private void endFile() {
    DataFileWriter open = writer;
    if (open == null) {
      return;
    }
    WrittenFile file = open.finish();
    writer = null;
    if (!files.isEmpty()
        && Arrays.compareUnsigned(file.firstKey(), files.get(files.size() - 1).lastKey()) <= 0) {
      files.add(file);
      throw new IllegalStateException(
          "Output " + file.path() + " overlaps the one before it in job " + task.jobId());
    }
    files.add(file);
    rowMap.endOutput(file.rowCount());
  }

  List<WrittenFile> finish() {
    endFile();
    finished = true;
    return files;
  }

  @Override
  public void close() {
    if (finished) {
      return;
    }
    try {
      if (writer != null) {
        writer.close();
      }
    } finally {
      delete(environment.storage(), files.stream().map(WrittenFile::path).toList());
    }
  }

  /**
   * Deletes files that no snapshot names.
   *
   * @throws StorageException if one could not be deleted; the others are. It stays behind as an
   *     orphan, which the sweeper finds.
   */
  static void delete(Storage storage, Collection<String> paths) {
    StorageException failure = null;
    for (String path : paths) {
      try {
        storage.delete(path);
      } catch (NoSuchFileException gone) {
        // That is what was wanted.
      } catch (IOException e) {
        StorageException next = new StorageException("Cannot delete " + path, e);
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
