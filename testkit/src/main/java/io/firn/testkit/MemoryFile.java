package io.firn.testkit;

import java.util.Arrays;
import java.util.Random;

/**
 * The content of a file, and how much of it is durable: a prefix, since files are only appended to.
 * Guarded by the lock of the storage it belongs to.
 */
final class MemoryFile {

  private static final int SECTOR = 512;

  private byte[] bytes = new byte[0];
  private int length;
  private int durable;
  private long modifiedMillis = System.currentTimeMillis();

  int length() {
    return length;
  }

  long modifiedMillis() {
    return modifiedMillis;
  }

  void append(byte[] source, int offset, int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    modifiedMillis = System.currentTimeMillis();
  }

  void read(int position, byte[] target, int offset, int count) {
    System.arraycopy(bytes, position, target, offset, count);
  }

  void sync() {
    durable = length;
  }

  /** What a restarted machine finds. */
  MemoryFile survivor(SurvivalMode mode, Random random) {
    int kept =
        switch (mode) {
          case NONE -> durable;
          case ALL -> length;
          case RANDOM, TORN, REORDERED -> durable + random.nextInt(length - durable + 1);
        };
    MemoryFile survivor = new MemoryFile();
    survivor.bytes = Arrays.copyOf(bytes, kept);
    survivor.length = kept;
    survivor.durable = mode == SurvivalMode.ALL ? durable : kept;
    survivor.modifiedMillis = modifiedMillis;
    if (mode == SurvivalMode.TORN) {
      survivor.tear(durable, random);
    } else if (mode == SurvivalMode.REORDERED) {
      survivor.leaveHoles(durable, random);
    }
    return survivor;
  }

  private void leaveHoles(int from, Random random) {
    for (int start = from; start < length; start += SECTOR) {
      if (random.nextBoolean()) {
        Arrays.fill(bytes, start, Math.min(length, start + SECTOR), (byte) 0);
      }
    }
  }

  private void tear(int from, Random random) {
    for (int start = from; start < length; start += SECTOR) {
      int end = Math.min(length, start + SECTOR);
      switch (random.nextInt(4)) {
        case 0 -> Arrays.fill(bytes, start, end, (byte) 0);
        case 1 -> {
          for (int i = start; i < end; i++) {
            bytes[i] = (byte) random.nextInt();
          }
        }
        default -> {} // this sector reached the disk
      }
    }
  }
}
