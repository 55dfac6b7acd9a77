package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;

/**
 * The checksum at the end of a metadata file that Firn wrote: a last field of the JSON object,
 * which Iceberg's readers skip and its writers do not carry over. It covers the file's name too, so
 * that an older version under a newer name is no valid file. A file without it is another engine's.
 */
final class MetadataSeal {

  private static final String FIELD = ",\"firn-checksum\":\"";
  private static final String WHAT = "this is no metadata of an Iceberg table";
  private static final int DIGITS = 8;
  private static final int SEAL_CHARS = FIELD.length() + DIGITS + 2;

  private MetadataSeal() {}

  /** The bytes of a metadata file of this name. */
  static byte[] seal(String json, String name) {
    String open = json.substring(0, json.lastIndexOf('}'));
    byte[] bytes = open.getBytes(StandardCharsets.UTF_8);
    return (open + FIELD + checksum(bytes, bytes.length, name) + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads and checks a metadata file.
   *
   * @throws CorruptionException if its checksum differs, or if it is no metadata
   * @throws IOException if it cannot be read
   */
  static TableMetadata read(Storage storage, FileIO io, String path) throws IOException {
    if (path.contains(".gz")) {
      try {
        return TableMetadataParser.read(io, path);
      } catch (RuntimeException e) {
        throw MetadataDamage.of(path, WHAT, e);
      }
    }
    byte[] bytes;
    try (InputFileHandle file = storage.open(path)) {
      bytes = new byte[Math.toIntExact(file.length())];
      file.readFully(0, bytes, 0, bytes.length);
    }
    check(bytes, path);
    String json = new String(bytes, StandardCharsets.UTF_8);
    try {
      return TableMetadataParser.fromJson(path, json);
    } catch (RuntimeException e) {
      throw new CorruptionException(path, -1, WHAT + ": " + e.getMessage(), e);
    }
  }

  private static void check(byte[] bytes, String path) {
    int from = bytes.length - SEAL_CHARS;
    if (from < 0) {
      return;
    }
    String seal = new String(bytes, from, SEAL_CHARS, StandardCharsets.ISO_8859_1);
    if (seal.startsWith(FIELD)
        && !seal.substring(FIELD.length(), FIELD.length() + DIGITS)
            .equals(checksum(bytes, from, StoragePaths.name(path)))) {
      throw new CorruptionException(path, -1, "the checksum of the metadata differs");
    }
  }

  private static String checksum(byte[] bytes, int length, String name) {
    CRC32C crc = new CRC32C();
    byte[] prefix = (name + "\n").getBytes(StandardCharsets.UTF_8);
    crc.update(prefix, 0, prefix.length);
    crc.update(bytes, 0, length);
    return FileChecksums.hex((int) crc.getValue());
  }
}
