package io.firn.format;

/**
 * A split block Bloom filter over the encoded keys of a file: says surely that a key is absent, or
 * that it may be present. Immutable once it is complete, and then safe for use by several threads.
 *
 * <p>A key is represented by its {@link #hash}, which is the same for every file, so that a lookup
 * in many files hashes once.
 */
public final class KeyFilter {

  static final int BLOCK_BYTES = 32;
  private static final int WORDS_PER_BLOCK = 8;

  /** One odd multiplier for each word of a block picks the word's bit. */
  private static final int[] SALT = {
    0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
  };

  private final int[] words;

  private KeyFilter(int[] words) {
    this.words = words;
  }

  /** The hash that stands for an encoded key. */
  public static long hash(byte[] key) {
    return hash(key, 0, key.length);
  }

  /** The hash that stands for an encoded key. */
  public static long hash(byte[] source, int offset, int length) {
    return XxHash64.hash(source, offset, length);
  }

  /** An empty filter with room for so many keys. */
  static KeyFilter sized(int count, int bitsPerKey) {
    long bits = Math.max(1, (long) count * bitsPerKey);
    int blocks = Math.toIntExact((bits + BLOCK_BYTES * 8 - 1) / (BLOCK_BYTES * 8));
    return new KeyFilter(new int[Math.multiplyExact(blocks, WORDS_PER_BLOCK)]);
  }

  /** A filter written by {@link #append}. */
  static KeyFilter of(byte[] source, int offset, int blocks) {
    int[] words = new int[Math.multiplyExact(blocks, WORDS_PER_BLOCK)];
    for (int i = 0; i < words.length; i++) {
      words[i] = ByteBuilder.intLittle(source, offset + 4 * i);
    }
    return new KeyFilter(words);
  }

  void append(ByteBuilder target) {
    for (int word : words) {
      target.putIntLittle(word);
    }
  }

  /** False if no key with this hash is in the file. */
  public boolean mayContain(long hash) {
    int block = block(hash);
    int low = (int) hash;
    int missing = 0;
    // All words, although one would often do: which one it is cannot be foretold.
    for (int i = 0; i < WORDS_PER_BLOCK; i++) {
      missing |= ~words[block + i] & bit(low, i);
    }
    return missing == 0;
  }

  /** The number of blocks of 256 bits. */
  public int blocks() {
    return words.length / WORDS_PER_BLOCK;
  }

  /** Adds a key before the filter is published. */
  void add(long hash) {
    int block = block(hash);
    int low = (int) hash;
    for (int i = 0; i < WORDS_PER_BLOCK; i++) {
      words[block + i] |= bit(low, i);
    }
  }

  private int block(long hash) {
    return (int) (((hash >>> 32) * blocks()) >>> 32) * WORDS_PER_BLOCK;
  }

  private static int bit(int low, int word) {
    return 1 << ((low * SALT[word]) >>> 27);
  }
}
