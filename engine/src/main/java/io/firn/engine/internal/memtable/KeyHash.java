package io.firn.engine.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hashes keys by folded 128-bit products, as wyhash does (Wang Yi, "wyhash and wyrand"). Every
 * process has hashes of its own, so that nobody can make up keys that meet in one place.
 */
final class KeyHash {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final long SEED = ThreadLocalRandom.current().nextLong();
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private static final long LAST = 0xC2B2AE3D27D4EB4FL;

  private KeyHash() {}

  /** The hash of some bytes; its bits are all as good as each other. */
  static int of(byte[] array, int offset, int length) {
    long hash = SEED ^ length;
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = fold(hash ^ (long) LONG.get(array, at), STEP);
    }
    if (at < end) {
      long rest = 0;
      for (; at < end; at++) {
        rest = rest << 8 | (array[at] & 0xFF);
      }
      hash = fold(hash ^ rest, STEP);
    }
    return (int) (fold(hash, LAST) >>> 32);
  }

  private static long fold(long a, long b) {
    return (a * b) ^ Math.multiplyHigh(a, b);
  }
}
