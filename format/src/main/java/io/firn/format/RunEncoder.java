package io.firn.format;

/**
 * Parquet's hybrid of runs and bit-packed groups, for definition levels and dictionary numbers: a
 * run of at least eight equal values is written once, everything else in groups of eight, packed
 * from the least significant bit. A last group that would not be full is written as runs, so that
 * other values can follow.
 */
final class RunEncoder {

  private static final int GROUP = 8;

  private RunEncoder() {}

  /** Appends values of at most {@code bitWidth} bits. */
  static void append(int[] values, int count, int bitWidth, ByteBuilder target) {
    int at = 0;
    while (at < count) {
      int run = runLength(values, at, count);
      if (run >= GROUP || count - at < GROUP) {
        appendRun(values[at], run, bitWidth, target);
        at += run;
        continue;
      }
      int start = at;
      do {
        at += GROUP;
      } while (count - at >= GROUP && runLength(values, at, at + GROUP) < GROUP);
      appendPacked(values, start, at, bitWidth, target);
    }
  }

  /** Appends one value {@code count} times. */
  static void appendRun(int value, int count, int bitWidth, ByteBuilder target) {
    target.putVarint((long) count << 1);
    for (int shift = 0; shift < bitWidth; shift += 8) {
      target.put(value >>> shift);
    }
  }

  private static int runLength(int[] values, int from, int to) {
    int value = values[from];
    int at = from + 1;
    while (at < to && values[at] == value) {
      at++;
    }
    return at - from;
  }

  private static void appendPacked(
      int[] values, int from, int to, int bitWidth, ByteBuilder target) {
    int groups = (to - from) / GROUP;
    target.putVarint((long) groups << 1 | 1);
    int at = target.extendZeroed(groups * bitWidth);
    byte[] bytes = target.array();
    long buffer = 0;
    int bits = 0;
    for (int i = from; i < to; i++) {
      buffer |= (long) values[i] << bits;
      bits += bitWidth;
      while (bits >= 8) {
        bytes[at++] = (byte) buffer;
        buffer >>>= 8;
        bits -= 8;
      }
    }
  }
}
