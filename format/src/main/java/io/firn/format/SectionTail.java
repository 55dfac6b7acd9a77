package io.firn.format;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The last field of an index section, the CRC-32C of everything behind the section. It is known
 * only when the footer is, which names the place of the section and its length.
 */
final class SectionTail {

  /** The bytes that the field takes. */
  static final int BYTES = 4;

  private static final int CHECKSUM_AT = DataFileIndex.MAGIC.length;
  private static final int LENGTH_AT = CHECKSUM_AT + 4;

  private SectionTail() {}

  /** A section with the field. */
  static byte[] append(byte[] section, int checksum) {
    byte[] complete = Arrays.copyOf(section, section.length + BYTES);
    put(complete, section.length, checksum);
    put(complete, LENGTH_AT, complete.length);
    CRC32C crc = new CRC32C();
    crc.update(complete, LENGTH_AT, complete.length - LENGTH_AT);
    put(complete, CHECKSUM_AT, (int) crc.getValue());
    return complete;
  }

  private static void put(byte[] bytes, int at, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
