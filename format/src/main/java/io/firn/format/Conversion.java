package io.firn.format;

import io.firn.error.SchemaMismatchException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * A passage of values from one column to another of a different physical kind or unit: from what
 * Parquet stores to what Firn keeps in memory, or from an older type of a column to a wider one.
 */
enum Conversion {
  /** Unscaled decimals, ints and days as longs. */
  INT_TO_LONG,
  /** Unsigned ints as longs. */
  UNSIGNED_TO_LONG,
  /** Milliseconds in an int as microseconds. */
  INT_MILLIS_TO_MICROS,
  /** Milliseconds in a long as microseconds. */
  LONG_MILLIS_TO_MICROS,
  /** Twelve bytes, nanosecond of the day and Julian day, as microseconds. */
  INT96_TO_MICROS,
  DAYS_TO_MICROS,
  DAYS_TO_NANOS,
  LONG_TO_INT,
  FLOAT_TO_DOUBLE,
  INT_TO_BYTES,
  LONG_TO_BYTES,
  BYTES_TO_INT,
  BYTES_TO_LONG,
  /** Two's complement in any length to the fewest bytes. */
  BYTES_TO_FEWEST;

  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;
  private static final int JULIAN_EPOCH = 2_440_588;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** From what a Parquet column stores to its Iceberg type in memory; null if they are the same. */
  static @Nullable Conversion reading(PrimitiveType stored, Type type) {
    LogicalTypeAnnotation annotation = stored.getLogicalTypeAnnotation();
    PhysicalKind kind = PhysicalKind.of(type);
    boolean decimal = type.typeId() == TypeID.DECIMAL;
    PrimitiveTypeName name = stored.getPrimitiveTypeName();
    if (name == PrimitiveTypeName.INT32 && kind == PhysicalKind.LONG) {
      if (annotation instanceof TimeLogicalTypeAnnotation) {
        return INT_MILLIS_TO_MICROS;
      }
      return annotation instanceof IntLogicalTypeAnnotation number && !number.isSigned()
          ? UNSIGNED_TO_LONG
          : INT_TO_LONG;
    }
    if (name == PrimitiveTypeName.INT64 && kind == PhysicalKind.LONG) {
      return annotation instanceof TimestampLogicalTypeAnnotation time
              && time.getUnit() == LogicalTypeAnnotation.TimeUnit.MILLIS
          ? LONG_MILLIS_TO_MICROS
          : null;
    }
    if (name == PrimitiveTypeName.INT96 && kind == PhysicalKind.LONG) {
      return INT96_TO_MICROS;
    }
    PhysicalKind raw = rawKind(name);
    if (decimal && raw == PhysicalKind.BYTES && kind == PhysicalKind.BYTES) {
      return BYTES_TO_FEWEST;
    }
    return between(raw, kind, stored, type);
  }

  /** From an older type of a column to the one asked for; null if memory is the same. */
  static @Nullable Conversion promoting(Type from, Type to) {
    if (from.typeId() == TypeID.DATE && to.typeId() == TypeID.TIMESTAMP) {
      return DAYS_TO_MICROS;
    }
    if (from.typeId() == TypeID.DATE && to.typeId() == TypeID.TIMESTAMP_NANO) {
      return DAYS_TO_NANOS;
    }
    return between(PhysicalKind.of(from), PhysicalKind.of(to), from, to);
  }

  private static @Nullable Conversion between(
      PhysicalKind from, PhysicalKind to, Object stored, Type type) {
    if (from == to) {
      return null;
    }
    boolean decimal = type.typeId() == TypeID.DECIMAL;
    if (from == PhysicalKind.INT && to == PhysicalKind.LONG) {
      return INT_TO_LONG;
    }
    if (from == PhysicalKind.FLOAT && to == PhysicalKind.DOUBLE) {
      return FLOAT_TO_DOUBLE;
    }
    if (decimal && from == PhysicalKind.INT && to == PhysicalKind.BYTES) {
      return INT_TO_BYTES;
    }
    if (decimal && from == PhysicalKind.LONG && to == PhysicalKind.BYTES) {
      return LONG_TO_BYTES;
    }
    if (decimal && from == PhysicalKind.LONG && to == PhysicalKind.INT) {
      return LONG_TO_INT;
    }
    if (decimal && from == PhysicalKind.BYTES && to == PhysicalKind.INT) {
      return BYTES_TO_INT;
    }
    if (decimal && from == PhysicalKind.BYTES && to == PhysicalKind.LONG) {
      return BYTES_TO_LONG;
    }
    throw new SchemaMismatchException("cannot read " + stored + " as " + type);
  }

  /** The kind of column that holds a Parquet type as it is stored. */
  static PhysicalKind rawKind(PrimitiveTypeName stored) {
    return switch (stored) {
      case BOOLEAN -> PhysicalKind.BOOLEAN;
      case INT32 -> PhysicalKind.INT;
      case INT64 -> PhysicalKind.LONG;
      case FLOAT -> PhysicalKind.FLOAT;
      case DOUBLE -> PhysicalKind.DOUBLE;
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> PhysicalKind.BYTES;
    };
  }

  /** Appends {@code source[from, from + count)}, converted; nulls stay null. */
  void convert(Column source, int from, int count, Column target) {
    int start = target.size();
    switch (this) {
      case INT_TO_LONG -> toLongs((IntColumn) source, from, count, (LongColumn) target, 1, -1L);
      case DAYS_TO_MICROS ->
          toLongs((IntColumn) source, from, count, (LongColumn) target, MICROS_PER_DAY, -1L);
      case DAYS_TO_NANOS ->
          toLongs((IntColumn) source, from, count, (LongColumn) target, NANOS_PER_DAY, -1L);
      case INT_MILLIS_TO_MICROS ->
          toLongs((IntColumn) source, from, count, (LongColumn) target, 1000, -1L);
      case UNSIGNED_TO_LONG ->
          toLongs((IntColumn) source, from, count, (LongColumn) target, 1, 0xFFFFFFFFL);
      case LONG_MILLIS_TO_MICROS -> {
        long[] values = ((LongColumn) source).values();
        long[] out = ((LongColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          out[start + i] = values[from + i] * 1000;
        }
      }
      case LONG_TO_INT -> {
        long[] values = ((LongColumn) source).values();
        int[] out = ((IntColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          out[start + i] = (int) values[from + i];
        }
      }
      case FLOAT_TO_DOUBLE -> {
        float[] values = ((FloatColumn) source).values();
        double[] out = ((DoubleColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          out[start + i] = values[from + i];
        }
      }
      case INT96_TO_MICROS -> {
        BytesColumn bytes = (BytesColumn) source;
        long[] out = ((LongColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          if (!source.isNull(from + i)) {
            int at = bytes.offset(from + i);
            long nanos = (long) LONG.get(bytes.data(), at);
            int day = (int) INT.get(bytes.data(), at + 8);
            out[start + i] =
                (day - (long) JULIAN_EPOCH) * MICROS_PER_DAY + Math.floorDiv(nanos, 1000);
          }
        }
      }
      case INT_TO_BYTES -> {
        int[] values = ((IntColumn) source).values();
        for (int i = 0; i < count; i++) {
          appendUnscaled(source.isNull(from + i), values[from + i], (BytesColumn) target);
        }
      }
      case LONG_TO_BYTES -> {
        long[] values = ((LongColumn) source).values();
        for (int i = 0; i < count; i++) {
          appendUnscaled(source.isNull(from + i), values[from + i], (BytesColumn) target);
        }
      }
      case BYTES_TO_INT -> {
        int[] out = ((IntColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          out[start + i] = (int) unscaled((BytesColumn) source, from + i);
        }
      }
      case BYTES_TO_LONG -> {
        long[] out = ((LongColumn) target).extend(count);
        for (int i = 0; i < count; i++) {
          out[start + i] = unscaled((BytesColumn) source, from + i);
        }
      }
      case BYTES_TO_FEWEST -> {
        for (int i = 0; i < count; i++) {
          appendFewest((BytesColumn) source, from + i, (BytesColumn) target);
        }
      }
    }
    boolean[] nulls = source.nulls();
    if (nulls != null) {
      for (int i = 0; i < count; i++) {
        if (nulls[from + i]) {
          target.setNull(start + i);
        }
      }
    }
  }

  private static void toLongs(
      IntColumn source, int from, int count, LongColumn target, long factor, long mask) {
    int start = target.size();
    int[] values = source.values();
    long[] out = target.extend(count);
    for (int i = 0; i < count; i++) {
      out[start + i] = (values[from + i] & mask) * factor;
    }
  }

  private static void appendUnscaled(boolean isNull, long unscaled, BytesColumn target) {
    byte[] bytes = isNull ? new byte[0] : BigInteger.valueOf(unscaled).toByteArray();
    target.append(bytes, 0, bytes.length);
  }

  private static long unscaled(BytesColumn source, int i) {
    int from = source.offset(i);
    int to = from + source.length(i);
    byte[] data = source.data();
    long value = from < to && data[from] < 0 ? -1 : 0;
    for (int at = from; at < to; at++) {
      long next = value << 8 | (data[at] & 0xFF);
      if (next >> 8 != value) {
        throw new MalformedPageException("decimal does not fit its precision");
      }
      value = next;
    }
    return value;
  }

  private static void appendFewest(BytesColumn source, int i, BytesColumn target) {
    int from = source.offset(i);
    int to = from + source.length(i);
    byte[] data = source.data();
    if (from == to) {
      throw new MalformedPageException("decimal has no bytes");
    }
    while (from < to - 1 && data[from] == data[from + 1] >> 7) {
      from++;
    }
    target.append(data, from, to - from);
  }
}
