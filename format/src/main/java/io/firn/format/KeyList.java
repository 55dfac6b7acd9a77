package io.firn.format;

import java.util.Arrays;

/**
 * A growable list of encoded keys in one array. It keeps the order in which keys were added;
 * methods that search need that order to be ascending. Not safe for use by several threads; safe to
 * read by several once nobody writes.
 */
public final class KeyList {

  private final ByteBuilder data = new ByteBuilder();
  private int[] offsets = new int[17];
  private int size;

  /** Adds a key. */
  public void add(byte[] key) {
    add(key, 0, key.length);
  }

  /** Adds a key. */
  public void add(byte[] source, int offset, int length) {
    data.put(source, offset, length);
    endKey();
  }

  /** Adds key {@code i} of another list. */
  public void add(KeyList source, int i) {
    add(source.data(), source.offset(i), source.length(i));
  }

  /** Where an encoder appends the bytes of the next key, before {@link #endKey()}. */
  ByteBuilder open() {
    return data;
  }

  /** Makes the bytes appended since the last key a key. */
  void endKey() {
    if (size + 2 > offsets.length) {
      offsets = Arrays.copyOf(offsets, offsets.length * 2);
    }
    size++;
    offsets[size] = data.length();
  }

  /** The number of keys. */
  public int size() {
    return size;
  }

  /** True if the list holds no key. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Forgets all keys and keeps the memory. */
  public void clear() {
    data.clear();
    size = 0;
  }

  /** A copy of key {@code i}. */
  public byte[] get(int i) {
    return Arrays.copyOfRange(data.array(), offsets[i], offsets[i + 1]);
  }

  /** The bytes of all keys; the list's own array, valid until the list grows. */
  public byte[] data() {
    return data.array();
  }

  /** Where key {@code i} begins in {@link #data()}. */
  public int offset(int i) {
    return offsets[i];
  }

  /** The length of key {@code i} in bytes. */
  public int length(int i) {
    return offsets[i + 1] - offsets[i];
  }

  /** The bytes the keys take in memory, roughly. */
  public long bytes() {
    return data.length() + 4L * size;
  }

  /**
   * The first eight bytes of key {@code i} as a number, padded with zeros: enough to tell most keys
   * apart. Compare as unsigned; equal numbers decide nothing.
   */
  public long prefix(int i) {
    return prefix(data.array(), offsets[i], length(i));
  }

  /** The same of a key that stands elsewhere. */
  public static long prefix(byte[] array, int offset, int length) {
    if (length >= Long.BYTES) {
      return ByteBuilder.longBig(array, offset);
    }
    long prefix = 0;
    for (int at = 0; at < length; at++) {
      prefix |= (array[offset + at] & 0xFFL) << (56 - 8 * at);
    }
    return prefix;
  }

  /** The order of key {@code i} and another key. */
  public int compare(int i, byte[] key) {
    return Arrays.compareUnsigned(data.array(), offsets[i], offsets[i + 1], key, 0, key.length);
  }

  /** The order of key {@code i} here and key {@code j} there. */
  public int compare(int i, KeyList other, int j) {
    return Arrays.compareUnsigned(
        data.array(),
        offsets[i],
        offsets[i + 1],
        other.data.array(),
        other.offsets[j],
        other.offsets[j + 1]);
  }

  /** The first of the ascending keys from {@code from} to {@code to} that is not below a key. */
  public int lowerBound(byte[] key, int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The first of the ascending keys from {@code from} to {@code to} that is not below key {@code j}
   * there, looked for near {@code from} first.
   */
  public int lowerBound(KeyList other, int j, int from, int to) {
    return Galloping.lowerBound(from, to, i -> compare(i, other, j) < 0);
  }

  /** The first of the ascending keys that is not below a key; {@link #size()} if there is none. */
  public int lowerBound(byte[] key) {
    return lowerBound(key, 0, size);
  }
}
