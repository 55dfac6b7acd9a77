package io.firn.compaction;

import io.firn.error.InvalidArgumentException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;

/**
 * The encoded keys from a first to a last one, both included; or no key at all. Immutable: the
 * arrays handed in and out must not be changed.
 */
public final class KeyRange {

  /** The range of a file without rows. It overlaps nothing, not even itself. */
  public static final KeyRange EMPTY = new KeyRange(new byte[0], new byte[0], 0);

  private final byte[] first;
  private final byte[] last;
  private final int ends;

  private KeyRange(byte[] first, byte[] last, int ends) {
    this.first = first;
    this.last = last;
    this.ends = ends;
  }

  /**
   * The range from one key to another.
   *
   * @throws InvalidArgumentException if the last key is smaller than the first
   */
  public static KeyRange of(byte[] first, byte[] last) {
    if (Arrays.compareUnsigned(first, last) > 0) {
      throw new InvalidArgumentException(
          "The last key of a range is smaller than its first: " + hex(last) + " < " + hex(first));
    }
    return new KeyRange(first, last, 2);
  }

  /** The smallest range that contains all of these; empty if they all are. */
  static KeyRange hull(Collection<CompactionFile> files) {
    KeyRange hull = EMPTY;
    for (CompactionFile file : files) {
      hull = hull.hull(file.range());
    }
    return hull;
  }

  /** The smallest range that contains both. */
  public KeyRange hull(KeyRange other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    return new KeyRange(
        Arrays.compareUnsigned(first, other.first) <= 0 ? first : other.first,
        Arrays.compareUnsigned(last, other.last) >= 0 ? last : other.last,
        2);
  }

  public boolean isEmpty() {
    return ends == 0;
  }

  /** The smallest key; an empty array if there is none. */
  public byte[] first() {
    return first;
  }

  /** The largest key; an empty array if there is none. */
  public byte[] last() {
    return last;
  }

  /** True if some key lies in both ranges. */
  public boolean overlaps(KeyRange other) {
    return !isEmpty()
        && !other.isEmpty()
        && Arrays.compareUnsigned(first, other.last) <= 0
        && Arrays.compareUnsigned(other.first, last) <= 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyRange range
        && ends == range.ends
        && Arrays.equals(first, range.first)
        && Arrays.equals(last, range.last);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(first) + Arrays.hashCode(last);
  }

  /** The ends in hexadecimal: they are encoded keys, not values. */
  @Override
  public String toString() {
    return isEmpty() ? "[]" : "[" + hex(first) + ".." + hex(last) + "]";
  }

  private static String hex(byte[] key) {
    int shown = Math.min(key.length, 16);
    return HexFormat.of().formatHex(key, 0, shown) + (shown < key.length ? "~" : "");
  }
}
