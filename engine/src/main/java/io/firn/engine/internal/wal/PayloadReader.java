package io.firn.engine.internal.wal;

/**
 * Reads a payload within its bounds: beyond them it reads -1, never other bytes. Reused from record
 * to record.
 */
final class PayloadReader {

  private byte[] array = new byte[0];
  private int at;
  private int end;
  private long firstSequence;
  private long unsynced;
  private long operations;

  /** Begins a payload; false if its head makes no sense. */
  boolean begin(byte[] source, int offset, int length) {
    array = source;
    at = offset;
    end = offset + length;
    if (length < LogRecord.PAYLOAD_BYTES_MIN || array[at] != LogRecord.BATCH) {
      return false;
    }
    firstSequence = LogRecord.longAt(array, at + 1);
    at += 9;
    unsynced = readVarint();
    operations = readVarint();
    return firstSequence >= 0
        && unsynced >= 0
        && unsynced <= firstSequence
        && operations > 0
        && operations <= length;
  }

  long firstSequence() {
    return firstSequence;
  }

  long lastSequence() {
    return firstSequence + operations - 1;
  }

  /** The log was durable up to here when the record was written. */
  long durableSequence() {
    return firstSequence - 1 - unsynced;
  }

  long operations() {
    return operations;
  }

  byte[] array() {
    return array;
  }

  int readByte() {
    return at < end ? array[at++] : -1;
  }

  long readVarint() {
    long value = 0;
    for (int shift = 0; shift < 63 && at < end; shift += 7) {
      byte next = array[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }

  boolean has(long first, long second) {
    return first >= 0 && second >= 0 && first <= end - at && second <= end - at - first;
  }

  int skip(int bytes) {
    int from = at;
    at += bytes;
    return from;
  }

  boolean atEnd() {
    return at == end;
  }
}
