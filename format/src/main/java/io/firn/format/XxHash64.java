package io.firn.format;

/**
 * The 64-bit xxHash of bytes, seed 0: stable across machines and versions, as published by its
 * author. Key filters in files depend on it.
 */
final class XxHash64 {

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long SUM_OF_1_AND_2 = 0x60EA27EEADC0B5D6L;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  private XxHash64() {}

  static long hash(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    long hash;
    if (length >= 32) {
      long a = SUM_OF_1_AND_2;
      long b = PRIME_2;
      long c = 0;
      long d = -PRIME_1;
      for (; at <= end - 32; at += 32) {
        a = round(a, ByteBuilder.longLittle(bytes, at));
        b = round(b, ByteBuilder.longLittle(bytes, at + 8));
        c = round(c, ByteBuilder.longLittle(bytes, at + 16));
        d = round(d, ByteBuilder.longLittle(bytes, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = PRIME_5;
    }
    hash += length;
    for (; at <= end - 8; at += 8) {
      hash ^= round(0, ByteBuilder.longLittle(bytes, at));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (at <= end - 4) {
      hash ^= (ByteBuilder.intLittle(bytes, at) & 0xFFFFFFFFL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      hash ^= (bytes[at] & 0xFF) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    hash = (hash ^ (hash >>> 33)) * PRIME_2;
    hash = (hash ^ (hash >>> 29)) * PRIME_3;
    return hash ^ (hash >>> 32);
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }
}
