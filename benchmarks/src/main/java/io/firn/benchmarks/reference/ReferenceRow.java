package io.firn.benchmarks.reference;

import java.time.LocalDateTime;

/**
 * A row of the reference table, about 97 bytes of user data: what every store is given and has to
 * give back.
 *
 * @param k the key
 * @param l a long, any value
 * @param i an int of about a thousand values
 * @param d1 the double that scans add up; a multiple of 1/8, so that sums are exact in any order
 * @param d2 another double
 * @param ts a timestamp without zone, in whole seconds
 * @param b a boolean
 * @param s1 16 characters, all rows different
 * @param s2 one of 256 words
 * @param s3 16 characters, all rows different
 */
public record ReferenceRow(
    long k,
    long l,
    int i,
    double d1,
    double d2,
    LocalDateTime ts,
    boolean b,
    String s1,
    String s2,
    String s3) {

  /** The bytes of its values, as plain as can be. */
  public int userBytes() {
    return 5 * Long.BYTES
        + Long.BYTES
        + Integer.BYTES
        + 1
        + s1.length()
        + s2.length()
        + s3.length();
  }
}
