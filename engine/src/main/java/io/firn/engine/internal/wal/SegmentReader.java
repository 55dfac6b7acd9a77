package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a segment from its start through a window. Of one thread; the reader of it closes it.
 * Allocates no more than the file is long.
 */
final class SegmentReader implements Closeable {

  private static final int WINDOW_BYTES = 1 << 18;

  private final InputFileHandle file;
  private final CRC32C crc = new CRC32C();
  private final PayloadReader payload = new PayloadReader();
  private byte[] window = new byte[0];
  private long windowStart;
  private int windowLength;
  private long position = SegmentHeader.BYTES;

  SegmentReader(Storage storage, String path) throws IOException {
    this.file = storage.open(path);
  }

  long length() {
    return file.length();
  }

  /** The header, or null if the file does not begin with one. */
  @Nullable SegmentHeader header(long number, UUID table) throws IOException {
    if (file.length() < SegmentHeader.BYTES) {
      return null;
    }
    byte[] bytes = new byte[SegmentHeader.BYTES];
    file.readFully(0, bytes, 0, bytes.length);
    return SegmentHeader.decode(bytes, file.path(), number, table);
  }

  /** The header of a segment; null for one that is damaged or misplaced. */
  static @Nullable SegmentHeader headerOf(Storage storage, String path, long number, UUID table)
      throws IOException {
    try (SegmentReader reader = new SegmentReader(storage, path)) {
      return reader.header(number, table);
    } catch (CorruptionException misplaced) {
      return null;
    }
  }

  /** Where the next record begins, or what could not be read as one. */
  long position() {
    return position;
  }

  boolean atEnd() {
    return position == file.length();
  }

  /** The record read last. */
  PayloadReader payload() {
    return payload;
  }

  /** Reads the next record; false, without moving, at the end and where no valid one stands. */
  boolean next() throws IOException {
    int length = valid(position);
    if (length < 0) {
      return false;
    }
    position += LogRecord.HEADER_BYTES + length;
    return true;
  }

  /**
   * Looks for a valid record at or behind an offset which says that the log was durable up to a
   * sequence number when it was written.
   */
  boolean provesDurable(long sequence, long offset) throws IOException {
    return anyRecord(sequence, offset, record -> record.durableSequence() >= sequence);
  }

  /**
   * The last operation in the valid records at or behind an offset, of those behind a sequence
   * number; or that sequence number.
   */
  long lastSequence(long sequence, long offset) throws IOException {
    long[] last = {sequence};
    boolean ignored =
        anyRecord(
            sequence,
            offset,
            record -> {
              last[0] = Math.max(last[0], record.lastSequence());
              return false;
            });
    return last[0];
  }

  /** True if a test holds for one of the valid records at or behind an offset. */
  private boolean anyRecord(long sequence, long offset, Predicate<PayloadReader> test)
      throws IOException {
    long at = offset;
    long last = file.length() - LogRecord.HEADER_BYTES - LogRecord.PAYLOAD_BYTES_MIN;
    while (at <= last) {
      int length = plausible(at, sequence) ? valid(at) : -1;
      if (length >= 0 && test.test(payload)) {
        return true;
      }
      at += length >= 0 ? LogRecord.HEADER_BYTES + length : 1;
    }
    return false;
  }

  /** Cheap tests before a checksum is computed. */
  private boolean plausible(long at, long sequence) throws IOException {
    int offset = load(at, LogRecord.HEADER_BYTES + LogRecord.PAYLOAD_BYTES_MIN);
    return window[offset + LogRecord.HEADER_BYTES] == LogRecord.BATCH
        && LogRecord.longAt(window, offset + LogRecord.HEADER_BYTES + 1) > sequence;
  }

  /** The payload length of the valid record at a position, or -1. */
  private int valid(long at) throws IOException {
    long left = file.length() - at - LogRecord.HEADER_BYTES;
    if (left < LogRecord.PAYLOAD_BYTES_MIN) {
      return -1;
    }
    int offset = load(at, LogRecord.HEADER_BYTES);
    int length = LogRecord.intAt(window, offset);
    int expected = LogRecord.intAt(window, offset + 4);
    if (length < LogRecord.PAYLOAD_BYTES_MIN
        || length > LogRecord.PAYLOAD_BYTES_MAX
        || length > left) {
      return -1;
    }
    offset = load(at, LogRecord.HEADER_BYTES + length);
    crc.reset();
    crc.update(window, offset, 4);
    crc.update(window, offset + LogRecord.HEADER_BYTES, length);
    boolean good =
        (int) crc.getValue() == expected
            && payload.begin(window, offset + LogRecord.HEADER_BYTES, length);
    return good ? length : -1;
  }

  /** Makes bytes of the file available in the window; returns where. */
  private int load(long from, int length) throws IOException {
    if (from < windowStart || from + length > windowStart + windowLength) {
      int wanted = (int) Math.min(Math.max(length, WINDOW_BYTES), file.length() - from);
      if (window.length < wanted) {
        window = new byte[wanted];
      }
      windowLength = 0;
      file.readFully(from, window, 0, wanted);
      windowStart = from;
      windowLength = wanted;
    }
    return (int) (from - windowStart);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
