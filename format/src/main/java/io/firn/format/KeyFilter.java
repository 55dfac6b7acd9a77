package io.firn.format;

/**
 * A split block Bloom filter over the encoded keys of a file: says surely that a key is absent, or
 * that it may be present. Immutable once it is complete, and then safe for use by several threads.
 *
 * <p>A key is represented by its {@link KeyProbe}, which is the same for every file, so that a
 * lookup in many files hashes once.
 */
public final class KeyFilter {

  static final int BLOCK_BYTES = 32;

  /** A block is eight words of 32 bits, held in pairs. */
  private static final int PAIRS_PER_BLOCK = 4;

  /**
   * With the header of the array before them, the blocks begin at a multiple of their length: none
   * lies in two lines of memory where, like large ones do, the array begins with a line.
   */
  private static final int PAIRS_BEFORE = 2;

  private final long[] pairs;

  private KeyFilter(int blocks) {
    this.pairs = new long[Math.addExact(PAIRS_BEFORE, Math.multiplyExact(blocks, PAIRS_PER_BLOCK))];
  }

  static long hash(byte[] source, int offset, int length) {
    return XxHash64.hash(source, offset, length);
  }

  /** An empty filter with room for so many keys. */
  static KeyFilter sized(int count, int bitsPerKey) {
    long bits = Math.max(1, (long) count * bitsPerKey);
    return new KeyFilter(Math.toIntExact((bits + BLOCK_BYTES * 8 - 1) / (BLOCK_BYTES * 8)));
  }

  /** A filter written by {@link #append}. */
  static KeyFilter of(byte[] source, int offset, int blocks) {
    KeyFilter filter = new KeyFilter(blocks);
    for (int i = PAIRS_BEFORE; i < filter.pairs.length; i++) {
      filter.pairs[i] = ByteBuilder.longLittle(source, offset + Long.BYTES * (i - PAIRS_BEFORE));
    }
    return filter;
  }

  void append(ByteBuilder target) {
    for (int i = PAIRS_BEFORE; i < pairs.length; i++) {
      target.putLongLittle(pairs[i]);
    }
  }

  /** False if the key is surely not in the file. */
  public boolean mayContain(KeyProbe key) {
    int block = block(key.hash());
    // All words, although one would often do: which one it is cannot be foretold.
    long missing =
        (key.bits0() & ~pairs[block])
            | (key.bits1() & ~pairs[block + 1])
            | (key.bits2() & ~pairs[block + 2])
            | (key.bits3() & ~pairs[block + 3]);
    return missing == 0;
  }

  /** The number of blocks of 256 bits. */
  public int blocks() {
    return (pairs.length - PAIRS_BEFORE) / PAIRS_PER_BLOCK;
  }

  /** Adds a key before the filter is published. */
  void add(KeyProbe key) {
    int block = block(key.hash());
    pairs[block] |= key.bits0();
    pairs[block + 1] |= key.bits1();
    pairs[block + 2] |= key.bits2();
    pairs[block + 3] |= key.bits3();
  }

  private int block(long hash) {
    return PAIRS_BEFORE + (int) (((hash >>> 32) * blocks()) >>> 32) * PAIRS_PER_BLOCK;
  }
}
