package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.error.UnsupportedFeatureException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment, as {@code docs/format.md} specifies them.
 *
 * @param table the UUID of the table the log belongs to
 * @param number of the segment
 * @param firstSequence the sequence number of the first operation, even if there is none yet
 * @param durableSequence the log was durable up to here when the segment was begun
 * @param schemaId the schema of its rows
 * @param headed whether the log had a {@link LogHead} when the segment was begun
 * @param epoch the fencing epoch of its writer
 */
record SegmentHeader(
    UUID table,
    long number,
    long firstSequence,
    long durableSequence,
    int schemaId,
    boolean headed,
    long epoch) {

  static final int BYTES = 76;
  static final int VERSION = 1;

  private static final long MAGIC = 0x4649524e57414c0aL; // FIRNWAL\n
  private static final int HEADED = 1;
  private static final int CRC_AT = BYTES - 4;

  byte[] encode() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.putLong(MAGIC).putInt(VERSION).putInt(BYTES);
    buffer.putLong(table.getMostSignificantBits()).putLong(table.getLeastSignificantBits());
    buffer.putLong(number).putLong(firstSequence).putLong(durableSequence);
    buffer.putInt(schemaId).putInt(headed ? HEADED : 0).putLong(epoch);
    CRC32C crc = new CRC32C();
    crc.update(buffer.array(), 0, CRC_AT);
    buffer.putInt((int) crc.getValue());
    return buffer.array();
  }

  /**
   * Reads a header.
   *
   * @return null if these bytes are no header, as after a crash while the segment was begun
   * @throws CorruptionException if it is a header of another segment or another table
   * @throws UnsupportedFeatureException if it is of a newer version
   */
  static @Nullable SegmentHeader decode(byte[] bytes, String path, long number, UUID table) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, BYTES);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_AT);
    if (buffer.getLong() != MAGIC || buffer.getInt(CRC_AT) != (int) crc.getValue()) {
      return null;
    }
    int version = buffer.getInt();
    if (version != VERSION || buffer.getInt() != BYTES) {
      throw new UnsupportedFeatureException(
          path + ": log segments of version " + version + " are not supported, only " + VERSION);
    }
    UUID of = new UUID(buffer.getLong(), buffer.getLong());
    if (!of.equals(table)) {
      throw new CorruptionException(
          path, 16, "the segment belongs to table " + of + ", not to this one, " + table);
    }
    SegmentHeader header =
        new SegmentHeader(
            of,
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getInt(),
            (buffer.getInt() & HEADED) != 0,
            buffer.getLong());
    if (header.number() != number) {
      throw new CorruptionException(
          path, 32, "the segment was written as number " + header.number());
    }
    return header;
  }
}
