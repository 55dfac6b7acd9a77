package io.firn.format;

import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * How the values of a column are held in memory, in encoded rows and in Parquet. The kind follows
 * from the Iceberg type alone.
 */
public enum PhysicalKind {
  BOOLEAN,
  /** int, date, and decimals of at most 9 digits as their unscaled value. */
  INT,
  /** long, time, timestamps of both precisions, and decimals of 10 to 18 digits, unscaled. */
  LONG,
  FLOAT,
  DOUBLE,
  /**
   * string (UTF-8), binary, fixed, uuid (16 bytes, big endian), and decimals of more than 18 digits
   * (unscaled, two's complement, big endian, in the fewest bytes).
   */
  BYTES,
  /** struct, list, map and unknown: Iceberg generic values. */
  OBJECT;

  /** The kind that holds values of {@code type}. */
  public static PhysicalKind of(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> BOOLEAN;
      case INTEGER, DATE -> INT;
      case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> LONG;
      case FLOAT -> FLOAT;
      case DOUBLE -> DOUBLE;
      case DECIMAL -> {
        int precision = ((Types.DecimalType) type).precision();
        yield precision <= 9 ? INT : precision <= 18 ? LONG : BYTES;
      }
      case STRING, BINARY, FIXED, UUID -> BYTES;
      default -> OBJECT;
    };
  }

  /** The bytes of a value, in memory and in encoded rows; -1 if not all take the same. */
  int width() {
    return switch (this) {
      case BOOLEAN -> 1;
      case INT, FLOAT -> 4;
      case LONG, DOUBLE -> 8;
      case BYTES, OBJECT -> -1;
    };
  }

  /** True if a column of {@code type} can be part of a primary key. */
  static boolean supportsKeys(Type type) {
    return switch (of(type)) {
      case BOOLEAN, INT, LONG, BYTES -> true;
      case FLOAT, DOUBLE, OBJECT -> false;
    };
  }
}
