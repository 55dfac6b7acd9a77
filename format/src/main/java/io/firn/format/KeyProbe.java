package io.firn.format;

/**
 * What a key is looked for by in {@link KeyFilter}s: computed once for as many files as there are.
 * Immutable.
 *
 * @param hash of the encoded key
 * @param bits0 the bits that a block with the key has in its first two words
 * @param bits1 in the third and fourth
 * @param bits2 in the fifth and sixth
 * @param bits3 in the last two
 */
public record KeyProbe(long hash, long bits0, long bits1, long bits2, long bits3) {

  /** One odd multiplier for each word of a block picks the word's bit. */
  private static final int[] SALT = {
    0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
  };

  /** Of an encoded key. */
  public static KeyProbe of(byte[] key) {
    return of(key, 0, key.length);
  }

  static KeyProbe of(byte[] source, int offset, int length) {
    return of(KeyFilter.hash(source, offset, length));
  }

  static KeyProbe of(long hash) {
    int low = (int) hash;
    return new KeyProbe(hash, bits(low, 0), bits(low, 2), bits(low, 4), bits(low, 6));
  }

  /** The bits of two words, the first of which is the lower half. */
  private static long bits(int low, int word) {
    return 1L << ((low * SALT[word]) >>> 27) | 1L << (32 + ((low * SALT[word + 1]) >>> 27));
  }
}
