package io.firn.format;

import io.firn.error.CorruptionException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An open file that counts what is read and turns what goes wrong into Firn's errors. Safe for use
 * by several threads.
 */
final class SourceFile implements AutoCloseable {

  private final InputFileHandle handle;
  private final ReadMetrics metrics;

  private SourceFile(InputFileHandle handle, ReadMetrics metrics) {
    this.handle = handle;
    this.metrics = metrics;
  }

  /**
   * Opens a file.
   *
   * @param length how long the file must be
   * @throws CorruptionException if it has another length
   * @throws StorageException if it cannot be opened
   */
  static SourceFile open(Storage storage, String path, long length, ReadMetrics metrics) {
    InputFileHandle handle;
    try {
      handle = storage.open(path);
    } catch (NoSuchFileException e) {
      throw new StorageException("data file " + path + " does not exist", e);
    } catch (IOException e) {
      throw new StorageException("cannot open data file " + path + ": " + e.getMessage(), e);
    }
    SourceFile file = new SourceFile(handle, metrics);
    if (handle.length() != length) {
      long found = handle.length();
      file.close();
      throw new CorruptionException(
          path, -1, "the file is " + found + " bytes long and should be " + length);
    }
    metrics.filesOpened.increment();
    return file;
  }

  String path() {
    return handle.path();
  }

  long length() {
    return handle.length();
  }

  /** Firn's index of the file, or null if it has none. */
  @Nullable DataFileIndex index() throws IOException {
    return DataFileIndex.read(handle);
  }

  /** Reads {@code length} bytes at {@code offset}. */
  byte[] read(long offset, int length) {
    byte[] bytes = new byte[length];
    read(offset, bytes, length);
    return bytes;
  }

  /** Reads {@code length} bytes at {@code offset} to the beginning of {@code target}. */
  void read(long offset, byte[] target, int length) {
    if (offset < 0 || length < 0 || offset > handle.length() - length) {
      throw new CorruptionException(
          path(), offset, length + " bytes are said to be here, beyond the end of the file");
    }
    try {
      handle.readFully(offset, target, 0, length);
    } catch (EOFException e) {
      throw new CorruptionException(path(), offset, "the file ends early", e);
    } catch (IOException e) {
      throw new StorageException(
          "cannot read " + length + " bytes at " + offset + " of " + path() + ": " + e.getMessage(),
          e);
    }
    metrics.reads.increment();
    metrics.bytesRead.add(length);
  }

  /**
   * Runs a decoder of bytes that stand at {@code offset}. Whatever it trips over means that the
   * bytes are not what they should be.
   */
  <T> T decoding(long offset, Supplier<T> decoder) {
    try {
      return decoder.get();
    } catch (MalformedPageException e) {
      throw new CorruptionException(path(), offset, String.valueOf(e.getMessage()), e);
    } catch (FirnException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CorruptionException(path(), offset, "the bytes here cannot be decoded: " + e, e);
    }
  }

  ReadMetrics metrics() {
    return metrics;
  }

  @Override
  public void close() {
    try {
      handle.close();
    } catch (IOException e) {
      throw new StorageException("cannot close " + path() + ": " + e.getMessage(), e);
    }
  }
}
