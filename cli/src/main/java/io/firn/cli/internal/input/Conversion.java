package io.firn.cli.internal.input;

import io.firn.cli.internal.text.SchemaText;
import io.firn.cli.internal.text.ValueText;
import io.firn.error.InvalidArgumentException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Turns values of one Iceberg type into another's, without loss: a value that does not fit is an
 * error, and types between which meaning could be lost have no conversion.
 */
@FunctionalInterface
interface Conversion {

  /** The value, which is not null, in the other type's generic form. */
  Object apply(Object value);

  /** The conversion between two types, or null if there is none. */
  static @Nullable Conversion of(Type from, Type to) {
    if (shape(from).equals(shape(to))) {
      return value -> value;
    }
    if (from.typeId() == TypeID.STRING && to.isPrimitiveType()) {
      return value -> ValueText.parse(to, value.toString());
    }
    return switch (to.typeId()) {
      case INTEGER -> from.typeId() == TypeID.LONG ? value -> narrow((Long) value) : null;
      case LONG -> from.typeId() == TypeID.INTEGER ? value -> ((Integer) value).longValue() : null;
      case DOUBLE ->
          from.typeId() == TypeID.FLOAT || from.typeId() == TypeID.INTEGER
              ? value -> ((Number) value).doubleValue()
              : null;
      case DECIMAL -> toDecimal(from, (Types.DecimalType) to);
      case TIMESTAMP, TIMESTAMP_NANO -> toTimestamp(from, to);
      case STRING -> from.typeId() == TypeID.BINARY ? value -> utf8((ByteBuffer) value) : null;
      case BINARY ->
          from.typeId() == TypeID.FIXED ? value -> ByteBuffer.wrap((byte[]) value) : null;
      default -> null;
    };
  }

  /**
   * What has to be equal for values to be interchangeable: not ids, and not which parts are
   * required.
   */
  private static String shape(Type type) {
    return SchemaText.print(type).replace("!", "");
  }

  private static @Nullable Conversion toDecimal(Type from, Types.DecimalType to) {
    return switch (from.typeId()) {
      case INTEGER, LONG -> value -> fit(to, BigDecimal.valueOf(((Number) value).longValue()));
      case DECIMAL -> value -> fit(to, (BigDecimal) value);
      default -> null;
    };
  }

  private static Object fit(Types.DecimalType to, BigDecimal value) {
    return ValueText.parse(to, value.toString());
  }

  private static @Nullable Conversion toTimestamp(Type from, Type to) {
    boolean stamps = from.typeId() == TypeID.TIMESTAMP || from.typeId() == TypeID.TIMESTAMP_NANO;
    if (!stamps || zoned(from) != zoned(to)) {
      return null;
    }
    return to.typeId() == TypeID.TIMESTAMP
        ? value -> inMicros((Temporal) value, to)
        : value -> ValueText.parse(to, ValueText.print(to, value));
  }

  private static boolean zoned(Type type) {
    return type instanceof Types.TimestampType micros
        ? micros.shouldAdjustToUTC()
        : ((Types.TimestampNanoType) type).shouldAdjustToUTC();
  }

  private static Object inMicros(Temporal value, Type to) {
    if (value.get(ChronoField.NANO_OF_SECOND) % 1_000 == 0
        && (value instanceof LocalDateTime || value instanceof OffsetDateTime)) {
      return value;
    }
    throw new InvalidArgumentException("a timestamp is finer than " + to + " can hold");
  }

  private static Object narrow(long value) {
    if (value == (int) value) {
      return (int) value;
    }
    throw new InvalidArgumentException("a long is beyond the range of int");
  }

  private static Object utf8(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidArgumentException("bytes that are not UTF-8 text", e);
    }
  }
}
