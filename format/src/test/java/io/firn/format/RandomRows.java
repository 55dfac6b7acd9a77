package io.firn.format;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Random types and Iceberg generic values, with a liking for edges. */
final class RandomRows {

  private static final long MICROS = 1_000_000L;
  private static final long NANOS = 1_000_000_000L;

  private final Random random;
  private int lastId = 1000;

  RandomRows(Random random) {
    this.random = random;
  }

  /** Every primitive type Firn stores. */
  static List<Type.PrimitiveType> primitives() {
    return List.of(
        Types.BooleanType.get(),
        Types.IntegerType.get(),
        Types.LongType.get(),
        Types.FloatType.get(),
        Types.DoubleType.get(),
        Types.DateType.get(),
        Types.TimeType.get(),
        Types.TimestampType.withoutZone(),
        Types.TimestampType.withZone(),
        Types.TimestampNanoType.withoutZone(),
        Types.TimestampNanoType.withZone(),
        Types.DecimalType.of(9, 2),
        Types.DecimalType.of(18, 5),
        Types.DecimalType.of(19, 0),
        Types.DecimalType.of(38, 10),
        Types.StringType.get(),
        Types.BinaryType.get(),
        Types.FixedType.ofLength(7),
        Types.UUIDType.get());
  }

  /** Every primitive type that can be part of a key. */
  static List<Type.PrimitiveType> keyTypes() {
    return primitives().stream().filter(PhysicalKind::supportsKeys).toList();
  }

  Type type(int depth) {
    int kind = depth == 0 ? 3 : random.nextInt(6);
    return switch (kind) {
      case 0 -> {
        List<NestedField> fields = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
          fields.add(field("f" + i, type(depth - 1)));
        }
        yield Types.StructType.of(fields);
      }
      case 1 ->
          random.nextBoolean()
              ? Types.ListType.ofOptional(++lastId, type(depth - 1))
              : Types.ListType.ofRequired(++lastId, type(depth - 1));
      case 2 -> map(++lastId, type(depth - 1));
      default -> primitives().get(random.nextInt(primitives().size()));
    };
  }

  private Type map(int keyId, Type valueType) {
    int valueId = ++lastId;
    return random.nextBoolean()
        ? Types.MapType.ofOptional(keyId, valueId, Types.StringType.get(), valueType)
        : Types.MapType.ofRequired(keyId, valueId, Types.StringType.get(), valueType);
  }

  NestedField field(String name, Type type) {
    return random.nextBoolean()
        ? NestedField.optional(++lastId, name, type)
        : NestedField.required(++lastId, name, type);
  }

  /** A value for a field, or null. */
  Object valueOrNull(NestedField field) {
    return field.isOptional() && random.nextInt(4) == 0 ? null : value(field.type());
  }

  Object value(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> random.nextBoolean();
      case INTEGER -> intValue();
      case LONG -> longValue();
      case FLOAT -> floatValue();
      case DOUBLE -> (double) floatValue() * (random.nextBoolean() ? 1 : 1e200);
      case DATE -> LocalDate.ofEpochDay(intValue());
      case TIME -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1000);
      case TIMESTAMP -> {
        long micros = longValue();
        Instant instant =
            Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000);
        yield ((Types.TimestampType) type).shouldAdjustToUTC()
            ? instant.atOffset(ZoneOffset.UTC)
            : LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      }
      case TIMESTAMP_NANO -> {
        long nanos = longValue();
        Instant instant =
            Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
        yield ((Types.TimestampNanoType) type).shouldAdjustToUTC()
            ? instant.atOffset(ZoneOffset.UTC)
            : LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      }
      case DECIMAL -> decimal((Types.DecimalType) type);
      case STRING -> string();
      case UUID -> new UUID(longValue(), longValue());
      case FIXED -> bytes(((Types.FixedType) type).length());
      case BINARY -> ByteBuffer.wrap(bytes(random.nextInt(6)));
      case STRUCT -> {
        GenericRecord record = GenericRecord.create((Types.StructType) type);
        List<NestedField> fields = ((Types.StructType) type).fields();
        for (int i = 0; i < fields.size(); i++) {
          record.set(i, valueOrNull(fields.get(i)));
        }
        yield record;
      }
      case LIST -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(valueOrNull(type.asListType().fields().get(0)));
        }
        yield list;
      }
      case MAP -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(value(type.asMapType().keyType()), valueOrNull(type.asMapType().fields().get(1)));
        }
        yield map;
      }
      default -> throw new IllegalArgumentException(type.toString());
    };
  }

  private int intValue() {
    return switch (random.nextInt(4)) {
      case 0 -> new int[] {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}[random.nextInt(5)];
      case 1 -> random.nextInt();
      default -> random.nextInt(200) - 100;
    };
  }

  private long longValue() {
    return switch (random.nextInt(4)) {
      case 0 -> new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}[random.nextInt(5)];
      case 1 -> random.nextLong();
      default -> random.nextInt(200) - 100;
    };
  }

  private float floatValue() {
    return switch (random.nextInt(4)) {
      case 0 ->
          new float[] {0, -0.0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}
              [random.nextInt(5)];
      case 1 -> Float.intBitsToFloat(random.nextInt() & 0xFF7FFFFF);
      default -> (random.nextInt(200) - 100) / 4f;
    };
  }

  private BigDecimal decimal(Types.DecimalType type) {
    BigInteger limit = BigInteger.TEN.pow(type.precision());
    BigInteger unscaled =
        switch (random.nextInt(4)) {
          case 0 -> limit.subtract(BigInteger.ONE);
          case 1 -> new BigInteger(limit.bitLength(), random).mod(limit);
          default -> BigInteger.valueOf(random.nextInt(400));
        };
    return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.scale());
  }

  String string() {
    int length = random.nextInt(8);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(8)) {
        case 0 -> text.append((char) 0);
        case 1 -> text.append((char) (0x80 + random.nextInt(0x700)));
        case 2 -> text.append((char) (0xE000 + random.nextInt(0x1FFE)));
        case 3 -> text.appendCodePoint(0x10000 + random.nextInt(0xFFFFF));
        default -> text.append((char) ('a' + random.nextInt(3)));
      }
    }
    return text.toString();
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.nextBoolean() ? random.nextInt(2) * -1 : random.nextInt());
    }
    return bytes;
  }
}
