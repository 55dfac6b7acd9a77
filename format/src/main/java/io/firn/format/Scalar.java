package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * One primitive type's passage between Iceberg generic values and their physical form, with every
 * check a value needs before it may be stored. Immutable.
 *
 * <p>Errors name the column's path and never the value.
 */
final class Scalar {

  private static final long MICROS_PER_SECOND = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final String path;
  private final Type type;
  private final Type.TypeID id;
  private final PhysicalKind kind;
  private final boolean zoned;
  private final int precision;
  private final int scale;
  private final int fixedLength;

  Scalar(String path, Type type) {
    this.path = path;
    this.type = type;
    this.id = type.typeId();
    this.kind = PhysicalKind.of(type);
    this.zoned =
        (type instanceof Types.TimestampType micros && micros.shouldAdjustToUTC())
            || (type instanceof Types.TimestampNanoType nanos && nanos.shouldAdjustToUTC());
    this.precision = type instanceof Types.DecimalType decimal ? decimal.precision() : 0;
    this.scale = type instanceof Types.DecimalType decimal ? decimal.scale() : 0;
    this.fixedLength =
        switch (id) {
          case FIXED -> ((Types.FixedType) type).length();
          case UUID -> 16;
          default -> -1;
        };
  }

  PhysicalKind kind() {
    return kind;
  }

  Type.TypeID id() {
    return id;
  }

  String path() {
    return path;
  }

  /** The length every value has in bytes, or -1. Only for {@link PhysicalKind#BYTES}. */
  int fixedLength() {
    return fixedLength;
  }

  boolean toBoolean(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw mismatch(value, "Boolean");
  }

  int toInt(Object value) {
    return switch (id) {
      case INTEGER -> {
        if (value instanceof Integer number) {
          yield number;
        }
        throw mismatch(value, "Integer");
      }
      case DATE -> {
        if (!(value instanceof LocalDate date)) {
          throw mismatch(value, "LocalDate");
        }
        long day = date.toEpochDay();
        if (day != (int) day) {
          throw outOfRange();
        }
        yield (int) day;
      }
      default -> (int) unscaled(value).longValue();
    };
  }

  long toLong(Object value) {
    return switch (id) {
      case LONG -> {
        if (value instanceof Long number) {
          yield number;
        }
        if (value instanceof Integer number) {
          yield number;
        }
        throw mismatch(value, "Long");
      }
      case TIME -> {
        if (value instanceof LocalTime time) {
          yield time.toNanoOfDay() / 1000;
        }
        throw mismatch(value, "LocalTime");
      }
      case TIMESTAMP -> instant(value, MICROS_PER_SECOND, 1000);
      case TIMESTAMP_NANO -> instant(value, NANOS_PER_SECOND, 1);
      default -> unscaled(value).longValue();
    };
  }

  float toFloat(Object value) {
    if (value instanceof Float number) {
      return number;
    }
    throw mismatch(value, "Float");
  }

  double toDouble(Object value) {
    if (value instanceof Double number) {
      return number;
    }
    throw mismatch(value, "Double");
  }

  /** Appends the bytes of a value of kind {@link PhysicalKind#BYTES}. */
  void appendBytes(Object value, ByteBuilder target) {
    switch (id) {
      case STRING -> {
        if (!(value instanceof CharSequence text)) {
          throw mismatch(value, "CharSequence");
        }
        Utf8.append(text, target, path);
      }
      case UUID -> {
        if (!(value instanceof UUID uuid)) {
          throw mismatch(value, "UUID");
        }
        target.putLongBig(uuid.getMostSignificantBits());
        target.putLongBig(uuid.getLeastSignificantBits());
      }
      case FIXED, BINARY -> appendBinary(value, target);
      default -> {
        byte[] unscaled = unscaled(value).toByteArray();
        target.put(unscaled, 0, unscaled.length);
      }
    }
  }

  private void appendBinary(Object value, ByteBuilder target) {
    int length;
    if (value instanceof byte[] bytes) {
      length = bytes.length;
      target.put(bytes, 0, length);
    } else if (value instanceof ByteBuffer buffer) {
      length = buffer.remaining();
      target.put(buffer);
    } else {
      throw mismatch(value, id == Type.TypeID.FIXED ? "byte[]" : "ByteBuffer");
    }
    if (fixedLength >= 0 && length != fixedLength) {
      throw new InvalidArgumentException(
          "Column " + path + ": " + type + " needs " + fixedLength + " bytes, got " + length);
    }
  }

  /** The unscaled value of a decimal, checked against precision and scale. */
  BigInteger unscaled(Object value) {
    if (!(value instanceof BigDecimal decimal)) {
      throw mismatch(value, "BigDecimal");
    }
    if (decimal.scale() != scale) {
      throw new InvalidArgumentException(
          "Column " + path + ": " + type + " needs scale " + scale + ", got " + decimal.scale());
    }
    if (decimal.precision() > precision) {
      throw new InvalidArgumentException(
          "Column "
              + path
              + ": "
              + type
              + " holds "
              + precision
              + " digits, got "
              + decimal.precision());
    }
    return decimal.unscaledValue();
  }

  Object fromInt(int value) {
    return switch (id) {
      case DATE -> LocalDate.ofEpochDay(value);
      case DECIMAL -> BigDecimal.valueOf(value, scale);
      default -> value;
    };
  }

  Object fromLong(long value) {
    return switch (id) {
      case TIME -> LocalTime.ofNanoOfDay(value * 1000);
      case TIMESTAMP -> fromInstant(value, MICROS_PER_SECOND, 1000);
      case TIMESTAMP_NANO -> fromInstant(value, NANOS_PER_SECOND, 1);
      case DECIMAL -> BigDecimal.valueOf(value, scale);
      default -> value;
    };
  }

  Object fromBytes(byte[] bytes, int offset, int length) {
    return switch (id) {
      case STRING -> Utf8.decode(bytes, offset, length);
      case UUID ->
          new UUID(ByteBuilder.longBig(bytes, offset), ByteBuilder.longBig(bytes, offset + 8));
      case DECIMAL -> new BigDecimal(new BigInteger(bytes, offset, length), scale);
      case FIXED -> copy(bytes, offset, length);
      default -> ByteBuffer.wrap(copy(bytes, offset, length));
    };
  }

  /**
   * Of bytes that are there: {@code copyOfRange} would add as many zeros as a damaged length asks.
   */
  private static byte[] copy(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  private long instant(Object value, long unitsPerSecond, int nanosPerUnit) {
    long second;
    int nano;
    if (zoned) {
      if (!(value instanceof OffsetDateTime time)) {
        throw mismatch(value, "OffsetDateTime");
      }
      second = time.toEpochSecond();
      nano = time.getNano();
    } else {
      if (!(value instanceof LocalDateTime time)) {
        throw mismatch(value, "LocalDateTime");
      }
      second = time.toEpochSecond(ZoneOffset.UTC);
      nano = time.get(ChronoField.NANO_OF_SECOND);
    }
    long units;
    try {
      // Negative seconds are borrowed from so that the product cannot overflow before the sum.
      if (second < 0) {
        units =
            Math.addExact(
                Math.multiplyExact(second + 1, unitsPerSecond),
                nano / nanosPerUnit - unitsPerSecond);
      } else {
        units = Math.addExact(Math.multiplyExact(second, unitsPerSecond), nano / nanosPerUnit);
      }
    } catch (ArithmeticException e) {
      throw outOfRange();
    }
    return units;
  }

  private Object fromInstant(long value, long unitsPerSecond, int nanosPerUnit) {
    long second = Math.floorDiv(value, unitsPerSecond);
    int nano = (int) Math.floorMod(value, unitsPerSecond) * nanosPerUnit;
    return zoned
        ? Instant.ofEpochSecond(second, nano).atOffset(ZoneOffset.UTC)
        : LocalDateTime.ofEpochSecond(second, nano, ZoneOffset.UTC);
  }

  private InvalidArgumentException outOfRange() {
    return new InvalidArgumentException(
        "Column " + path + ": the value is out of range for " + type);
  }

  private InvalidArgumentException mismatch(Object value, String expected) {
    return new InvalidArgumentException(
        "Column "
            + path
            + ": "
            + type
            + " needs a "
            + expected
            + ", got a "
            + value.getClass().getName());
  }
}
