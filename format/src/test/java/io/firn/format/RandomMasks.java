package io.firn.format;

import java.util.BitSet;
import java.util.Random;

/** Deleted rows at random. */
final class RandomMasks {

  private RandomMasks() {}

  /** Some of the first {@code count} rows, or none, or nearly all. */
  static RowMask mask(Random random, int count) {
    BitSet deleted = new BitSet(count);
    for (int i = random.nextInt(count + 1); i > 0; i--) {
      deleted.set(random.nextInt(count));
    }
    return new RowMask() {
      @Override
      public boolean contains(long position) {
        return deleted.get((int) position);
      }

      @Override
      public int selectLive(long from, int rows, int[] target) {
        int live = 0;
        for (int row = 0; row < rows; row++) {
          target[live] = row;
          live += contains(from + row) ? 0 : 1;
        }
        return live;
      }
    };
  }
}
