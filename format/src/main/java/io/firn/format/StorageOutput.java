package io.firn.format;

import io.firn.storage.OutputFileHandle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

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

  /** What is written while something before it is not known yet. */
  private @Nullable ByteArrayOutputStream held;

  private long heldFrom;

  StorageOutput(OutputFileHandle file) {
    this.file = file;
  }

  @Override
  public long getPos() {
    return held == null ? flushed + buffered : heldFrom + held.size();
  }

  @Override
  public void write(int value) throws IOException {
    if (held != null) {
      held.write(value);
      return;
    }
    if (buffered == buffer.length) {
      flush();
    }
    buffer[buffered++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    if (held != null) {
      held.write(source, offset, length);
      return;
    }
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

  /**
   * Keeps what is written from now on in memory, as if {@code reserved} bytes had been written
   * before it.
   */
  void hold(int reserved) {
    heldFrom = getPos() + reserved;
    held = new ByteArrayOutputStream();
  }

  /**
   * Ends {@link #hold}.
   *
   * @param before gives the reserved bytes for the CRC-32C of what has been kept
   */
  void release(IntFunction<byte[]> before) throws IOException {
    ByteArrayOutputStream kept = held;
    if (kept == null) {
      throw new IllegalStateException("Nothing is kept");
    }
    held = null;
    byte[] behind = kept.toByteArray();
    CRC32C crc = new CRC32C();
    crc.update(behind, 0, behind.length);
    byte[] reserved = before.apply((int) crc.getValue());
    write(reserved, 0, reserved.length);
    write(behind, 0, behind.length);
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
