package io.firn.engine.internal.wal;

import io.firn.engine.internal.OpKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of a record, as {@code docs/format.md} specifies them:
 *
 * <pre>
 * u32 payload length | u32 CRC32C of length and payload |
 * payload: u8 type | u64 first sequence | varint unsynced | varint operations |
 *          operations: u8 kind | varint key length | varint row length | key | row
 * </pre>
 *
 * <p>The operations are those of one batch or of several, one after another: a record is replayed
 * whole, and so is each of its batches.
 *
 * <p>{@code unsynced} is how many operations before this record were not durable when it was
 * written. It tells damage from the tail that a crash leaves: a hole that a later record calls
 * durable is damage.
 */
final class LogRecord {

  static final int HEADER_BYTES = 8;
  static final int PAYLOAD_BYTES_MIN = 1 + 8 + 1 + 1;
  static final int PAYLOAD_BYTES_MAX = 1 << 30;
  static final byte BATCH = 1;

  private static final int VARINT_BYTES_MAX = 10;
  private static final int GROUP_OPERATIONS_MAX = 127;
  private static final int GROUP_BYTES_MAX = 16 << 10;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private LogRecord() {}

  static int intAt(byte[] array, int at) {
    return (int) INT.get(array, at);
  }

  static long longAt(byte[] array, int at) {
    return (long) LONG.get(array, at);
  }

  /** No record of the batch is longer than this. */
  static long bytesMax(LogBatch batch) {
    long bytes = HEADER_BYTES + 1 + 8 + 2L * VARINT_BYTES_MAX;
    for (int i = 0; i < batch.size(); i++) {
      bytes += 1 + 2 * 5 + (long) batch.keyLength(i) + batch.rowLength(i);
    }
    return bytes;
  }

  /**
   * Whether a record may have so many operations and bytes if it is to hold several batches: few
   * enough for a count of one byte, so that it can be told when the last of them is there.
   */
  static boolean isGroup(long operations, long bytes) {
    return operations <= GROUP_OPERATIONS_MAX && bytes <= GROUP_BYTES_MAX;
  }

  /**
   * Writes what stands between the header and the operations.
   *
   * @return where the operations begin
   */
  static int begin(long firstSequence, long unsynced, int operations, byte[] target, int start) {
    int at = start + HEADER_BYTES;
    target[at++] = BATCH;
    LONG.set(target, at, firstSequence);
    return putVarint(target, putVarint(target, at + 8, unsynced), operations);
  }

  /**
   * Writes the operations of a batch.
   *
   * @return where they end
   */
  static int append(LogBatch batch, byte[] target, int start) {
    int at = start;
    byte[] source = batch.array();
    for (int i = 0; i < batch.size(); i++) {
      int keyLength = batch.keyLength(i);
      int rowLength = batch.rowLength(i);
      target[at++] = batch.kind(i).code();
      at = putVarint(target, at, keyLength);
      at = putVarint(target, at, rowLength);
      int length = keyLength + rowLength;
      System.arraycopy(source, batch.keyOffset(i), target, at, length);
      at += length;
    }
    return at;
  }

  /** Writes the header of a record that is complete. */
  static void seal(byte[] target, int start, int end, CRC32C crc) {
    INT.set(target, start, end - start - HEADER_BYTES);
    crc.reset();
    crc.update(target, start, 4);
    crc.update(target, start + HEADER_BYTES, end - start - HEADER_BYTES);
    INT.set(target, start + 4, (int) crc.getValue());
  }

  private static int putVarint(byte[] target, int start, long value) {
    int at = start;
    long left = value;
    while (left > 0x7f) {
      target[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    target[at++] = (byte) left;
    return at;
  }

  /**
   * Hands the operations of a payload to a visitor, from a sequence number on.
   *
   * @return what is wrong with the payload, or null
   */
  static @org.jspecify.annotations.Nullable String visit(
      PayloadReader payload, long from, LogVisitor visitor) {
    long sequence = payload.firstSequence();
    for (long i = 0; i < payload.operations(); i++) {
      int kind = payload.readByte();
      long keyLength = payload.readVarint();
      long rowLength = payload.readVarint();
      if (!OpKind.isCode(kind) || !payload.has(keyLength, rowLength)) {
        return "operation " + i + " of the record is malformed";
      }
      int keyOffset = payload.skip((int) keyLength);
      payload.skip((int) rowLength);
      if (sequence >= from) {
        visitor.operation(
            sequence,
            OpKind.of(kind),
            payload.array(),
            keyOffset,
            (int) keyLength,
            (int) rowLength);
      }
      sequence++;
    }
    return payload.atEnd() ? null : "the record is longer than its operations";
  }
}
