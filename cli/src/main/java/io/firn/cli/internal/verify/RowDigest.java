package io.firn.cli.internal.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/**
 * A count and a checksum of rows that does not depend on their order. Two sets of rows that differ
 * have different digests, but for a chance of one in 2^64. Not safe for use by several threads.
 */
final class RowDigest {

  private long rows;
  private long sum;

  /** Adds the first {@code columns} values of a row. */
  void add(StructLike row, int columns) {
    rows++;
    sum += mix(hash(row, columns));
  }

  /** The number of rows. */
  long rows() {
    return rows;
  }

  /** True if both have seen the same rows, as often. */
  boolean sameAs(RowDigest other) {
    return rows == other.rows && sum == other.sum;
  }

  private static long hash(StructLike row, int columns) {
    long hash = columns;
    for (int i = 0; i < columns; i++) {
      hash = mix(hash * 31 + hash(row.get(i, Object.class)));
    }
    return hash;
  }

  private static long hash(@Nullable Object value) {
    if (value == null) {
      return 0x9E3779B97F4A7C15L;
    }
    if (value instanceof CharSequence text) {
      return text.toString().hashCode() * 0xD1B54A32D192ED03L + text.length();
    }
    if (value instanceof byte[] bytes) {
      return Arrays.hashCode(bytes);
    }
    if (value instanceof Double number) {
      return Double.doubleToLongBits(number);
    }
    if (value instanceof StructLike struct) {
      return hash(struct, struct.size());
    }
    if (value instanceof List<?> list) {
      long hash = list.size();
      for (Object element : list) {
        hash = mix(hash * 31 + hash(element));
      }
      return hash;
    }
    if (value instanceof Map<?, ?> map) {
      long hash = map.size();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        hash += mix(hash(entry.getKey()) * 31 + hash(entry.getValue()));
      }
      return hash;
    }
    return value instanceof Long number ? number : value.hashCode();
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
