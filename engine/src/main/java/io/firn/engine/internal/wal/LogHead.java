package io.firn.engine.internal.wal;

import io.firn.error.CorruptionException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file beside the segments that names the newest one whose name is durable, as {@code
 * docs/format.md} specifies it: nothing else would tell that it is gone. Written after the segment
 * has become durable and before anything in it is acknowledged as durable.
 *
 * @param number of the segment, 0 if there has been none yet
 * @param firstSequence the sequence number of the segment's first operation
 * @param durableSequence the log was durable up to here when this was written
 */
record LogHead(long number, long firstSequence, long durableSequence) {

  /** Of a log that has no segment yet. */
  static final LogHead NONE = new LogHead(0, 0, -1);

  static final String NAME = "head";

  private static final int BYTES = 60;
  private static final int VERSION = 1;
  private static final long MAGIC = 0x4649524e48454144L; // FIRNHEAD
  private static final int CRC_AT = BYTES - 4;

  /** Where the table's UUID is. */
  static final int TABLE_AT = 16;

  static String path(String directory) {
    return StoragePaths.join(directory, NAME);
  }

  /**
   * Reads the head of a log.
   *
   * @return null if it has none
   * @throws CorruptionException if the file is damaged, or of another table
   */
  static @Nullable LogHead read(Storage storage, String directory, UUID table) throws IOException {
    String path = path(directory);
    byte[] bytes;
    try (InputFileHandle file = storage.open(path)) {
      bytes = new byte[(int) Math.min(BYTES + 1L, file.length())];
      file.readFully(0, bytes, 0, bytes.length);
    } catch (NoSuchFileException none) {
      return null;
    }
    return decode(bytes, path, table);
  }

  private static LogHead decode(byte[] bytes, String path, UUID table) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES
        || buffer.getLong() != MAGIC
        || buffer.getInt(CRC_AT) != checksum(bytes)) {
      throw new CorruptionException(
          path,
          0,
          "the head of the log is damaged; whether its newest segment is there cannot be told."
              + " Restore the file, or have it written anew by 'firn repair'");
    }
    int version = buffer.getInt();
    if (version != VERSION || buffer.getInt() != BYTES) {
      throw new UnsupportedFeatureException(
          path + ": heads of version " + version + " are not supported, only " + VERSION);
    }
    UUID of = new UUID(buffer.getLong(), buffer.getLong());
    if (!of.equals(table)) {
      throw new CorruptionException(
          path, TABLE_AT, "the log belongs to table " + of + ", not to this one, " + table);
    }
    return new LogHead(buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /** Makes this the head of a log, durably; before that the old one stays. */
  void write(Storage storage, String directory, UUID table) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.putLong(MAGIC).putInt(VERSION).putInt(BYTES);
    buffer.putLong(table.getMostSignificantBits()).putLong(table.getLeastSignificantBits());
    buffer.putLong(number).putLong(firstSequence).putLong(durableSequence);
    buffer.putInt(checksum(buffer.array()));
    String path = path(directory);
    String temporary = path + ".new";
    try (OutputFileHandle file = createAnew(storage, temporary)) {
      file.write(buffer.array(), 0, BYTES);
      file.sync();
    }
    storage.replace(temporary, path);
    storage.syncDirectory(directory);
  }

  /** A crash may have left one. */
  private static OutputFileHandle createAnew(Storage storage, String path) throws IOException {
    try {
      return storage.create(path);
    } catch (FileAlreadyExistsException left) {
      storage.delete(path);
      return storage.create(path);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_AT);
    return (int) crc.getValue();
  }
}
