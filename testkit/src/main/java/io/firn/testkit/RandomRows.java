package io.firn.testkit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Rows made up for a schema. Values lean to the edges of their types: zero, extremes, empty and
 * long strings, characters outside the basic plane. Every value is one its type can hold exactly,
 * so that what is written must come back equal.
 */
public final class RandomRows {

  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  /** Outside this range, years have five digits and other systems differ about them. */
  private static final long SECONDS_MAX = 250_000_000_000L;

  private RandomRows() {}

  /** A row with random values in all columns. */
  public static Record row(Random random, Schema schema) {
    return struct(random, schema.asStruct());
  }

  /**
   * A row whose identifying columns depend on {@code key} alone: equal numbers give equal keys, and
   * different numbers nearly always different ones where the types have room.
   */
  public static Record row(Random random, Schema schema, long key) {
    Record row = row(random, schema);
    Random keyed = new Random(key * 0x9E3779B97F4A7C15L);
    for (NestedField column : schema.columns()) {
      if (schema.identifierFieldIds().contains(column.fieldId())) {
        row.setField(column.name(), value(keyed, column.type()));
      }
    }
    return row;
  }

  /** A value of a type, as Iceberg's generic records hold it. */
  public static Object value(Random random, Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> random.nextBoolean();
      case INTEGER -> (int) edgy(random, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> edgy(random, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> (float) real(random);
      case DOUBLE -> real(random);
      case DATE -> LocalDate.ofEpochDay(edgy(random, -700_000, 2_900_000));
      case TIME -> LocalTime.ofNanoOfDay(edgy(random, 0, NANOS_PER_DAY / 1000 - 1) * 1000);
      case TIMESTAMP -> {
        Instant instant =
            Instant.ofEpochSecond(
                edgy(random, -60_000_000_000L, SECONDS_MAX), random.nextInt(1_000_000) * 1000L);
        yield ((Types.TimestampType) type).shouldAdjustToUTC()
            ? instant.atOffset(ZoneOffset.UTC)
            : LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      }
      case TIMESTAMP_NANO -> {
        Instant instant = Instant.ofEpochSecond(0, edgy(random, -Long.MAX_VALUE, Long.MAX_VALUE));
        yield ((Types.TimestampNanoType) type).shouldAdjustToUTC()
            ? instant.atOffset(ZoneOffset.UTC)
            : LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      }
      case DECIMAL -> decimal(random, (Types.DecimalType) type);
      case STRING -> string(random);
      case UUID -> new UUID(random.nextLong(), random.nextLong());
      case FIXED -> bytes(random, ((Types.FixedType) type).length());
      case BINARY -> ByteBuffer.wrap(bytes(random, random.nextInt(20)));
      case STRUCT -> struct(random, type.asStructType());
      case LIST -> list(random, type.asListType());
      case MAP -> map(random, type.asMapType());
      default -> throw new IllegalArgumentException("No random values of type " + type);
    };
  }

  private static Record struct(Random random, Types.StructType type) {
    GenericRecord record = GenericRecord.create(type);
    for (NestedField field : type.fields()) {
      record.setField(field.name(), maybe(random, field.type(), field.isRequired()));
    }
    return record;
  }

  private static List<@Nullable Object> list(Random random, Types.ListType type) {
    List<@Nullable Object> elements = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      elements.add(maybe(random, type.elementType(), type.isElementRequired()));
    }
    return elements;
  }

  private static Map<Object, @Nullable Object> map(Random random, Types.MapType type) {
    Map<Object, @Nullable Object> entries = new HashMap<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      entries.put(
          value(random, type.keyType()), maybe(random, type.valueType(), type.isValueRequired()));
    }
    return entries;
  }

  private static @Nullable Object maybe(Random random, Type type, boolean required) {
    return !required && random.nextInt(5) == 0 ? null : value(random, type);
  }

  private static long edgy(Random random, long min, long max) {
    return switch (random.nextInt(8)) {
      case 0 -> min;
      case 1 -> max;
      case 2 -> Math.max(min, 0);
      case 3, 4 -> Math.max(min, Math.min(max, random.nextInt(201) - 100));
      default -> within(random, min, max);
    };
  }

  private static long within(Random random, long min, long max) {
    long span = max - min + 1;
    return span <= 0 ? random.nextLong() : min + Math.floorMod(random.nextLong(), span);
  }

  private static double real(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> 0.0;
      case 1 -> -1.5;
      case 2 -> Double.POSITIVE_INFINITY;
      case 3 -> Float.MIN_VALUE;
      default -> (float) random.nextGaussian();
    };
  }

  private static BigDecimal decimal(Random random, Types.DecimalType type) {
    BigInteger largest = BigInteger.TEN.pow(type.precision()).subtract(BigInteger.ONE);
    BigInteger unscaled =
        switch (random.nextInt(6)) {
          case 0 -> largest;
          case 1 -> largest.negate();
          case 2 -> BigInteger.ZERO;
          default -> new BigInteger(random.nextInt(largest.bitLength() - 1), random);
        };
    return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.scale());
  }

  private static String string(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(20) == 0 ? 300 : random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(
          switch (random.nextInt(10)) {
            case 0 -> 0x1F40C + random.nextInt(64);
            case 1 -> 0xFF00 + random.nextInt(0xE0);
            case 2 -> 0xE0 + random.nextInt(0x200);
            case 3 -> 1 + random.nextInt(31);
            default -> 'a' + random.nextInt(26);
          });
    }
    return text.toString();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (length > 0 && random.nextInt(4) == 0) {
      bytes[random.nextInt(length)] = (byte) (random.nextBoolean() ? 0 : 0xFF);
    }
    return bytes;
  }
}
