package io.firn.benchmarks.reference;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.stream.IntStream;

/**
 * What the table must contain. A row follows from its key and its version alone, so only versions
 * are remembered. Keys are even; odd ones are absent. One thread changes it; any number reads it
 * while nobody does.
 */
public final class ReferenceModel {

  private static final String[] WORDS =
      IntStream.range(0, 256).mapToObj(word -> "category-" + word).toArray(String[]::new);

  private static final char[] DIGITS = "0123456789abcdef".toCharArray();

  /** The current version; negative if it is deleted, 0 if it never was. */
  private final byte[] versions;

  private final char[] digits = new char[16];

  /**
   * @param keys how many different keys there are
   */
  public ReferenceModel(int keys) {
    this.versions = new byte[keys];
  }

  /** How many different keys there are, live or not. */
  public int keys() {
    return versions.length;
  }

  public static long key(int index) {
    return 2L * index;
  }

  public static int index(long key) {
    return Math.toIntExact(key / 2);
  }

  /**
   * The first row of a key that never had one. Does not look at the key's version: in random order
   * that would be a wait for memory, on the clock of whoever is measured.
   */
  public ReferenceRow first(int index) {
    versions[index] = 1;
    return row(index, digits);
  }

  /** The row of the next version of a key, which becomes the current one. */
  public ReferenceRow next(int index) {
    int version = Math.abs(versions[index]) + 1;
    if (version > Byte.MAX_VALUE) {
      throw new IllegalStateException("More versions of key " + index + " than can be remembered");
    }
    versions[index] = (byte) version;
    return row(index, digits);
  }

  /** From now on the key has no row. */
  public void delete(int index) {
    versions[index] = (byte) -Math.abs(versions[index]);
  }

  public boolean isLive(int index) {
    return versions[index] > 0;
  }

  /** The current row of a live key. */
  public ReferenceRow row(int index) {
    return row(index, new char[16]);
  }

  private ReferenceRow row(int index, char[] buffer) {
    long key = key(index);
    long seed = mix(key * 31 + versions[index]);
    return new ReferenceRow(
        key,
        seed,
        (int) (seed >>> 40) % 1000,
        d1(seed),
        (seed & 0xFFFF) / 16.0,
        LocalDateTime.ofEpochSecond(1_700_000_000L + (seed >>> 36), 0, ZoneOffset.UTC),
        (seed & 1) == 0,
        hex(mix(seed), buffer),
        WORDS[(int) (seed >>> 20) & 0xFF],
        hex(mix(seed + 1), buffer));
  }

  /** How many rows there are, and the sum of their {@code d1}. */
  public ColumnSum d1Sum() {
    ColumnSum sum = new ColumnSum();
    for (int index = 0; index < versions.length; index++) {
      if (isLive(index)) {
        sum.add(d1(mix(key(index) * 31 + versions[index])));
      }
    }
    return sum;
  }

  private static double d1(long seed) {
    return (seed >>> 44) / 8.0;
  }

  private static String hex(long value, char[] buffer) {
    for (int i = 0; i < 16; i++) {
      buffer[i] = DIGITS[(int) (value >>> (60 - 4 * i)) & 15];
    }
    return new String(buffer);
  }

  private static long mix(long value) {
    long mixed = value * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
