package io.firn.compaction;

/** Reads what a {@link ByteSink} wrote. */
final class ByteSource {

  private final byte[] bytes;
  private int position;

  ByteSource(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  boolean hasRemaining() {
    return position < bytes.length;
  }

  long unsigned() {
    long value = 0;
    int shift = 0;
    byte next = bytes[position++];
    while (next < 0) {
      value |= (long) (next & 0x7f) << shift;
      shift += 7;
      next = bytes[position++];
    }
    return value | ((long) next << shift);
  }

  long signed() {
    long value = unsigned();
    return (value >>> 1) ^ -(value & 1);
  }
}
