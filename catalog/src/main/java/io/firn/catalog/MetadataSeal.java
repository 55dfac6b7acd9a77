package io.firn.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
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
 * that an older version under a newer name is no valid file. A file without it is another engine's;
 * one that ends almost like it is damaged there.
 */
final class MetadataSeal {

  private static final String FIELD = ",\"firn-checksum\":\"";
  private static final String WHAT = "this is no metadata of an Iceberg table";
  private static final int DIGITS = 8;
  private static final String END = "\"}";
  private static final int SEAL_CHARS = FIELD.length() + DIGITS + END.length();

  /** A seal with so many wrong characters is a damaged one; JSON of others has none this like. */
  private static final int WRONG_CHARS_MAX = 6;

  private static final ObjectReader ONE_OBJECT =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private MetadataSeal() {}

  /** The bytes of a metadata file of this name. */
  static byte[] seal(String json, String name) {
    String open = json.substring(0, json.lastIndexOf('}'));
    byte[] bytes = open.getBytes(StandardCharsets.UTF_8);
    return (open + FIELD + checksum(bytes, bytes.length, name) + END)
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
      JsonNode root = ONE_OBJECT.readTree(json);
      return TableMetadataParser.fromJson(path, root);
    } catch (RuntimeException | JsonProcessingException e) {
      throw new CorruptionException(path, -1, WHAT, e);
    }
  }

  /**
   * Checks the bytes of a metadata file, if they are sealed.
   *
   * @throws CorruptionException if they are not what was sealed
   */
  static void check(byte[] bytes, String path) {
    int from = bytes.length - SEAL_CHARS;
    if (from < 0) {
      return;
    }
    String seal = new String(bytes, from, SEAL_CHARS, StandardCharsets.ISO_8859_1);
    int wrong = wrongChars(seal);
    if (wrong > 0 && wrong <= WRONG_CHARS_MAX) {
      throw new CorruptionException(path, from, "the name of the metadata's checksum is damaged");
    }
    if (wrong == 0
        && !seal.substring(FIELD.length(), FIELD.length() + DIGITS)
            .equals(checksum(bytes, from, StoragePaths.name(path)))) {
      throw new CorruptionException(path, -1, "the checksum of the metadata differs");
    }
  }

  private static int wrongChars(String seal) {
    int wrong = 0;
    for (int i = 0; i < FIELD.length(); i++) {
      wrong += seal.charAt(i) == FIELD.charAt(i) ? 0 : 1;
    }
    return wrong + (seal.endsWith(END) ? 0 : 1);
  }

  private static String checksum(byte[] bytes, int length, String name) {
    CRC32C crc = new CRC32C();
    byte[] prefix = (name + "\n").getBytes(StandardCharsets.UTF_8);
    crc.update(prefix, 0, prefix.length);
    crc.update(bytes, 0, length);
    return FileChecksums.hex((int) crc.getValue());
  }
}
