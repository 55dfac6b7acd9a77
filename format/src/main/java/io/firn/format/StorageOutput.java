package io.firn.format;

import io.firn.storage.OutputFileHandle;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * A file of the storage seam as Parquet's library wants it: buffered, and not closed by whoever
 * closes the stream, because it has to be synced after.
 */
final class StorageOutput extends PositionOutputStream implements OutputFile {

  private static final int BUFFER_BYTES = 256 * 1024;

  private final OutputFileHandle file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;
  private long flushed;
  private final CRC32C checksum = new CRC32C();

  StorageOutput(OutputFileHandle file) {
    this.file = file;
  }

  @Override
  public long getPos() {
    return flushed + buffered;
  }

  @Override
  public void write(int value) throws IOException {
    if (buffered == buffer.length) {
      flush();
    }
    buffer[buffered++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    if (length > buffer.length - buffered) {
      flush();
      if (length >= buffer.length) {
        file.write(source, offset, length);
        checksum.update(source, offset, length);
        flushed += length;
        return;
      }
    }
    System.arraycopy(source, offset, buffer, buffered, length);
    buffered += length;
  }

  @Override
  public void flush() throws IOException {
    if (buffered > 0) {
      file.write(buffer, 0, buffered);
      checksum.update(buffer, 0, buffered);
      flushed += buffered;
      buffered = 0;
    }
  }

  /** The CRC-32C of everything written so far. */
  int checksum() throws IOException {
    flush();
    return (int) checksum.getValue();
  }

  @Override
  public void close() throws IOException {
    flush();
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return this;
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return this;
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }
}
