package io.firn.benchmarks;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The rows of the reference workload: a long key and nine value columns, about 97 bytes of user
 * data. A row follows from its key and its version alone, so that a model need only remember
 * versions. Keys are even; odd ones are absent.
 */
final class ReferenceRows {

  static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "k", Types.LongType.get()),
          NestedField.optional(2, "l", Types.LongType.get()),
          NestedField.optional(3, "i", Types.IntegerType.get()),
          NestedField.optional(4, "d1", Types.DoubleType.get()),
          NestedField.optional(5, "d2", Types.DoubleType.get()),
          NestedField.optional(6, "ts", Types.TimestampType.withoutZone()),
          NestedField.optional(7, "b", Types.BooleanType.get()),
          NestedField.optional(8, "s1", Types.StringType.get()),
          NestedField.optional(9, "s2", Types.StringType.get()),
          NestedField.optional(10, "s3", Types.StringType.get()));

  private final int[] versions;

  /**
   * @param keys how many different keys there are
   */
  ReferenceRows(int keys) {
    this.versions = new int[keys];
  }

  int keys() {
    return versions.length;
  }

  static long key(int index) {
    return 2L * index;
  }

  /** The row of the next version of a key, which becomes the current one. */
  Record next(int index) {
    versions[index] = Math.abs(versions[index]) + 1;
    return row(index);
  }

  /** From now on the key has no row. */
  void delete(int index) {
    versions[index] = -Math.abs(versions[index]);
  }

  boolean isLive(int index) {
    return versions[index] > 0;
  }

  /** The current row of a live key. */
  Record row(int index) {
    long seed = mix(key(index) * 31 + versions[index]);
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.set(0, key(index));
    row.set(1, seed);
    row.set(2, (int) (seed >>> 40) % 1000);
    row.set(3, d1(index));
    row.set(4, (seed & 0xFFFF) / 16.0);
    row.set(5, LocalDateTime.ofEpochSecond(1_700_000_000L + (seed >>> 36), 0, ZoneOffset.UTC));
    row.set(6, (seed & 1) == 0);
    row.set(7, Long.toHexString(mix(seed)));
    row.set(8, "category-" + (seed >>> 20 & 0xFF));
    row.set(9, Long.toHexString(mix(seed + 1)));
    return row;
  }

  /**
   * The column that scans add up; a multiple of a power of two, so that sums are exact in any
   * order.
   */
  double d1(int index) {
    return (mix(key(index) * 31 + versions[index]) >>> 44) / 8.0;
  }

  private static long mix(long value) {
    long mixed = value * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
