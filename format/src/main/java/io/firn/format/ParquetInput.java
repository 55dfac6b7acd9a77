package io.firn.format;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** An open file as the Parquet library reads footers, buffered. */
final class ParquetInput implements InputFile {

  private final SourceFile file;

  ParquetInput(SourceFile file) {
    this.file = file;
  }

  @Override
  public long getLength() {
    return file.length();
  }

  @Override
  public SeekableInputStream newStream() {
    BufferedSource source = new BufferedSource(file);
    return new DelegatingSeekableInputStream(source) {
      @Override
      public long getPos() {
        return source.position;
      }

      @Override
      public void seek(long position) throws IOException {
        source.seek(position);
      }
    };
  }

  private static final class BufferedSource extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final SourceFile file;
    private long position;
    private ByteArrayInputStream buffer = new ByteArrayInputStream(new byte[0]);

    BufferedSource(SourceFile file) {
      this.file = file;
    }

    void seek(long target) throws IOException {
      if (target < 0 || target > file.length()) {
        throw new EOFException("position " + target + " is outside " + file.path());
      }
      position = target;
      buffer = new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public int read() {
      if (!fill()) {
        return -1;
      }
      position++;
      return buffer.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int count = buffer.read(target, offset, length);
      position += count;
      return count;
    }

    private boolean fill() {
      if (buffer.available() == 0) {
        int length = (int) Math.min(BUFFER_BYTES, file.length() - position);
        if (length <= 0) {
          return false;
        }
        buffer = new ByteArrayInputStream(file.read(position, length));
      }
      return true;
    }
  }
}
