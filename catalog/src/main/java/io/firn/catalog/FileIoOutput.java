package io.firn.catalog;

import io.firn.storage.OutputFileHandle;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.Syncable;
import org.apache.iceberg.io.DelegatingOutputStream;
import org.apache.iceberg.io.PositionOutputStream;

/** A file being written through a {@code FileIO}; see {@link FileIoStorage}. */
final class FileIoOutput implements OutputFileHandle {
  private final String path;
  private final PositionOutputStream stream;
  private long position;
  private boolean closed;

  FileIoOutput(String path, PositionOutputStream stream) {
    this.path = path;
    this.stream = stream;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    boolean ignored =
        FileIoStorage.call(
            "write",
            path,
            () -> {
              stream.write(bytes, offset, length);
              return true;
            });
    position += length;
  }

  @Override
  public long position() {
    return position;
  }

  /** Syncs where the store can; elsewhere the file becomes durable as a whole, at its close. */
  @Override
  public void sync() throws IOException {
    boolean ignored =
        FileIoStorage.call(
            "sync",
            path,
            () -> {
              OutputStream below =
                  stream instanceof DelegatingOutputStream outer ? outer.getDelegate() : stream;
              if (below instanceof Syncable file) {
                file.hsync();
              }
              return true;
            });
  }

  /** Completes the file: before, an object store has nothing of it. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    boolean ignored =
        FileIoStorage.call(
            "complete",
            path,
            () -> {
              stream.close();
              return true;
            });
  }
}
