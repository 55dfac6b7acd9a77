package io.firn.compaction;

import java.util.Arrays;

/** A growing byte array of variable-length numbers: seven bits a byte, lowest first. */
final class ByteSink {

  private byte[] bytes = new byte[64];
  private int length;

  /** Appends a number that is not negative. */
  void putUnsigned(long value) {
    if (bytes.length - length < 10) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length + 10, bytes.length * 3 / 2));
    }
    long rest = value;
    while (rest >>> 7 != 0) {
      bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** Appends any number; small absolute values are short. */
  void putSigned(long value) {
    putUnsigned((value << 1) ^ (value >> 63));
  }

  int length() {
    return length;
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }
}
