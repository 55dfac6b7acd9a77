package io.firn.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.storage.InputFileHandle;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.iceberg.io.DelegatingInputStream;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A file being read through a {@code FileIO}. Reads at a position run beside each other if the
 * stream can do that (S3's ranges, Hadoop's positional reads), and one after another if it cannot.
 */
final class FileIoInput implements InputFileHandle {

  /** Reads at a position. */
  private interface Reads {
    void readFully(long position, byte[] target, int offset, int length) throws IOException;
  }

  private final String path;
  private final long length;
  private final Reads reads;

  @GuardedBy("this")
  private final SeekableInputStream stream;

  private volatile boolean closed;

  FileIoInput(String path, long length, SeekableInputStream stream) {
    this.path = path;
    this.length = length;
    this.stream = stream;
    InputStream below =
        stream instanceof DelegatingInputStream outer ? outer.getDelegate() : stream;
    if (stream instanceof RangeReadable ranges) {
      this.reads = ranges::readFully;
    } else if (below instanceof PositionedReadable positioned) {
      this.reads = positioned::readFully;
    } else {
      this.reads = this::seekAndRead;
    }
  }

  private synchronized void seekAndRead(long position, byte[] target, int offset, int wanted)
      throws IOException {
    stream.seek(position);
    IOUtil.readFully(stream, target, offset, wanted);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void readFully(long position, byte[] target, int offset, int wanted) throws IOException {
    if (closed) {
      throw new IOException(path + " is closed");
    }
    if (wanted > length - position) {
      throw new EOFException(path + " ends before byte " + (position + wanted) + ", at " + length);
    }
    if (wanted == 0) {
      return;
    }
    boolean ignored =
        FileIoStorage.repeat(
            "read",
            path,
            () -> {
              reads.readFully(position, target, offset, wanted);
              return true;
            });
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    stream.close();
  }
}
