package io.firn.format;

import io.firn.error.CorruptionException;
import java.util.Arrays;

/** Reads the numbers and bytes of an index section; anything impossible is corruption. */
final class SectionReader {

  private final byte[] bytes;
  private final String file;
  private final long fileOffset;
  private int position;

  /**
   * @param fileOffset where in the file the bytes begin, for messages
   */
  SectionReader(byte[] bytes, String file, long fileOffset) {
    this.bytes = bytes;
    this.file = file;
    this.fileOffset = fileOffset;
  }

  /** The file the bytes are from. */
  String file() {
    return file;
  }

  int position() {
    return position;
  }

  byte[] bytes() {
    return bytes;
  }

  int remaining() {
    return bytes.length - position;
  }

  /** Moves past {@code count} bytes and returns where they begin. */
  int skip(long count) {
    if (count < 0 || count > remaining()) {
      throw corrupt("the index section ends in the middle of an entry");
    }
    int start = position;
    position += (int) count;
    return start;
  }

  int readByte() {
    return bytes[skip(1)] & 0xFF;
  }

  int readInt() {
    return ByteBuilder.intLittle(bytes, skip(4));
  }

  long readLong() {
    return ByteBuilder.longLittle(bytes, skip(8));
  }

  long readVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw corrupt("a number of more than ten bytes");
  }

  /** A number that must fit an int and not be negative. */
  int readSize() {
    long value = readVarint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw corrupt("a size of " + value);
    }
    return (int) value;
  }

  /** The number of entries that follow, each of which takes at least {@code leastBytes}. */
  int readCount(int leastBytes) {
    int count = readSize();
    if ((long) count * leastBytes > remaining()) {
      throw corrupt(count + " entries announced in " + remaining() + " bytes");
    }
    return count;
  }

  byte[] readBytes() {
    int length = readSize();
    int start = skip(length);
    return Arrays.copyOfRange(bytes, start, start + length);
  }

  CorruptionException corrupt(String what) {
    return new CorruptionException(file, fileOffset + position, what);
  }
}
