package io.firn.cli.internal.text;

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
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Random values of any type, in Iceberg's generic form. */
final class RandomValues {

  private static final String ALPHABET = "abcXYZ 019,;:\"'\\\n\t\r{}[]äß漢𝄞%_";

  private final Random random;

  RandomValues(Random random) {
    this.random = random;
  }

  static long seed() {
    String given = System.getProperty("firn.seed", "");
    long seed = given.isBlank() ? System.nanoTime() : Long.parseLong(given);
    System.out.println("firn.seed=" + seed);
    return seed;
  }

  Record record(Types.StructType struct) {
    Record row = GenericRecord.create(struct);
    for (int i = 0; i < struct.fields().size(); i++) {
      Types.NestedField field = struct.fields().get(i);
      row.set(i, field.isOptional() && random.nextInt(5) == 0 ? null : value(field.type()));
    }
    return row;
  }

  Object value(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> random.nextBoolean();
      case INTEGER -> random.nextInt(4) == 0 ? Integer.MIN_VALUE : random.nextInt();
      case LONG -> random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextLong();
      case FLOAT -> random.nextInt(5) == 0 ? -0.0f : Float.intBitsToFloat(random.nextInt());
      case DOUBLE ->
          random.nextInt(5) == 0 ? Double.NaN : Double.longBitsToDouble(random.nextLong());
      case DATE -> LocalDate.ofEpochDay(random.nextInt(200_000) - 100_000);
      case TIME -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1_000);
      case TIMESTAMP -> timestamp(((Types.TimestampType) type).shouldAdjustToUTC(), 1_000);
      case TIMESTAMP_NANO -> timestamp(((Types.TimestampNanoType) type).shouldAdjustToUTC(), 1);
      case STRING -> string();
      case UUID -> new UUID(random.nextLong(), random.nextLong());
      case FIXED -> bytes(((Types.FixedType) type).length());
      case BINARY -> ByteBuffer.wrap(bytes(random.nextInt(20)));
      case DECIMAL -> decimal((Types.DecimalType) type);
      case STRUCT -> record(type.asStructType());
      case LIST -> list(type.asListType());
      case MAP -> map(type.asMapType());
      default -> throw new IllegalArgumentException(type.toString());
    };
  }

  private Object timestamp(boolean zoned, int unit) {
    long second = random.nextLong(8_000_000_000L) - 4_000_000_000L;
    int nano = random.nextInt(1_000_000_000 / unit) * unit;
    LocalDateTime local = LocalDateTime.ofEpochSecond(second, nano, ZoneOffset.UTC);
    return zoned ? Instant.ofEpochSecond(second, nano).atOffset(ZoneOffset.UTC) : local;
  }

  private BigDecimal decimal(Types.DecimalType type) {
    BigInteger unscaled = new BigInteger(random.nextInt(126), random);
    BigInteger limited = unscaled.mod(BigInteger.TEN.pow(type.precision()));
    return new BigDecimal(random.nextBoolean() ? limited : limited.negate(), type.scale());
  }

  private String string() {
    int[] points = ALPHABET.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private List<Object> list(Types.ListType type) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(
          type.isElementOptional() && random.nextInt(5) == 0 ? null : value(type.elementType()));
    }
    return list;
  }

  private Map<Object, Object> map(Types.MapType type) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(value(type.keyType()), value(type.valueType()));
    }
    return map;
  }
}
