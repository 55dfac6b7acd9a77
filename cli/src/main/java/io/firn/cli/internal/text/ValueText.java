package io.firn.cli.internal.text;

import io.firn.error.InvalidArgumentException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAccessor;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * One primitive value as text and back, typed by its column: ISO dates, times and timestamps, plain
 * decimals, UUIDs, and hexadecimal digits for binary and fixed. Values are Iceberg's generic ones.
 * What {@link #print} writes, {@link #parse} reads back as the equal value.
 */
public final class ValueText {

  private static final HexFormat HEX = HexFormat.of();

  private static final int SHOWN_CHARACTERS = 40;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  /** Accepts a space for the T, no seconds, and any fraction. */
  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .toFormatter(Locale.ROOT);

  private static final DateTimeFormatter ZONED =
      new DateTimeFormatterBuilder().append(LOCAL).appendOffsetId().toFormatter(Locale.ROOT);

  private ValueText() {}

  /**
   * Reads a value of a primitive type.
   *
   * @throws InvalidArgumentException if the text is none; the message says what was expected
   */
  public static Object parse(Type type, String text) {
    try {
      return switch (type.typeId()) {
        case BOOLEAN -> parseBoolean(text);
        case INTEGER -> Integer.valueOf(text);
        case LONG -> Long.valueOf(text);
        case FLOAT -> Float.valueOf(javaNumber(text));
        case DOUBLE -> Double.valueOf(javaNumber(text));
        case DATE -> LocalDate.parse(text);
        case TIME -> micros(LocalTime.parse(text), text, type);
        case TIMESTAMP, TIMESTAMP_NANO -> parseTimestamp(type, text);
        case STRING -> text;
        case UUID -> parseUuid(text);
        case FIXED -> parseFixed((Types.FixedType) type, text);
        case BINARY -> ByteBuffer.wrap(parseHex(text));
        case DECIMAL -> decimal((Types.DecimalType) type, new BigDecimal(text));
        default ->
            throw new InvalidArgumentException(
                "a value of type " + SchemaText.print(type) + " cannot be written as plain text");
      };
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new InvalidArgumentException("expected " + example(type) + ", found " + show(text), e);
    }
  }

  /** Writes a value of a primitive type. */
  public static String print(Type type, Object value) {
    return switch (type.typeId()) {
      case TIME -> TIME.format((TemporalAccessor) value);
      case TIMESTAMP, TIMESTAMP_NANO -> printTimestamp((TemporalAccessor) value);
      case DECIMAL -> ((BigDecimal) value).toPlainString();
      case FIXED -> HEX.formatHex((byte[]) value);
      case BINARY -> {
        ByteBuffer bytes = ((ByteBuffer) value).duplicate();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        yield HEX.formatHex(copy);
      }
      default -> value.toString();
    };
  }

  /** What a value of the type looks like, for messages: "a date like 2024-01-31". */
  public static String example(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> "true or false";
      case INTEGER -> "an int (a whole number between -2147483648 and 2147483647)";
      case LONG -> "a long (a whole number of at most 64 bits)";
      case FLOAT, DOUBLE -> "a number like -1.5e3, NaN or Infinity";
      case DATE -> "a date like 2024-01-31";
      case TIME -> "a time like 23:59:59.999999";
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? "a timestamp with zone like 2024-01-31T23:59:59.999999Z"
              : "a timestamp without zone like 2024-01-31T23:59:59.999999";
      case TIMESTAMP_NANO ->
          ((Types.TimestampNanoType) type).shouldAdjustToUTC()
              ? "a timestamp with zone like 2024-01-31T23:59:59.999999999Z"
              : "a timestamp without zone like 2024-01-31T23:59:59.999999999";
      case STRING -> "a string";
      case UUID -> "a UUID like f79c3e09-677c-4bbd-a479-3f349cb785e7";
      case FIXED -> "exactly " + ((Types.FixedType) type).length() + " bytes as hexadecimal digits";
      case BINARY -> "bytes as hexadecimal digits";
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield "a decimal of at most "
            + decimal.precision()
            + " digits, "
            + decimal.scale()
            + " of them after the point";
      }
      default -> "a " + SchemaText.print(type);
    };
  }

  /** A text between quotes, cut where it is long. */
  public static String show(String text) {
    return text.length() <= SHOWN_CHARACTERS
        ? "'" + text + "'"
        : "'" + text.substring(0, SHOWN_CHARACTERS) + "...'";
  }

  /** Fits a decimal to the column: its scale is raised, and lowered if only zeros fall away. */
  static BigDecimal decimal(Types.DecimalType type, BigDecimal value) {
    // Checked before the scale is: 1e999999999 must not be written out in digits.
    if (value.signum() != 0 && (long) value.precision() - value.scale() > type.precision()) {
      throw new IllegalArgumentException("too many digits");
    }
    BigDecimal fitted;
    try {
      fitted = value.setScale(type.scale());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too many digits after the point", e);
    }
    if (fitted.precision() > type.precision()) {
      throw new IllegalArgumentException("too many digits");
    }
    return fitted;
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /**
   * Refuses what Java's parser takes beyond numbers: type suffixes, hexadecimal, surrounding space.
   */
  private static String javaNumber(String text) {
    String unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    if (unsigned.equals("NaN") || unsigned.equals("Infinity")) {
      return text;
    }
    for (int i = 0; i < unsigned.length(); i++) {
      if ("0123456789.eE+-".indexOf(unsigned.charAt(i)) < 0) {
        throw new IllegalArgumentException(text);
      }
    }
    return text;
  }

  private static Object parseTimestamp(Type type, String text) {
    boolean nanos = type.typeId() == Type.TypeID.TIMESTAMP_NANO;
    boolean zoned =
        nanos
            ? ((Types.TimestampNanoType) type).shouldAdjustToUTC()
            : ((Types.TimestampType) type).shouldAdjustToUTC();
    if (zoned) {
      OffsetDateTime value =
          OffsetDateTime.parse(text, ZONED).withOffsetSameInstant(ZoneOffset.UTC);
      return nanos
          ? inNanoRange(value, value.toInstant().getEpochSecond())
          : micros(value, text, type);
    }
    LocalDateTime value = LocalDateTime.parse(text, LOCAL);
    return nanos
        ? inNanoRange(value, value.toEpochSecond(ZoneOffset.UTC))
        : micros(value, text, type);
  }

  /** Nanoseconds since 1970 in 64 bits end within the years 1677 and 2262. */
  private static Object inNanoRange(Object value, long epochSecond) {
    if (epochSecond <= Long.MIN_VALUE / 1_000_000_000L
        || epochSecond >= Long.MAX_VALUE / 1_000_000_000L) {
      throw new IllegalArgumentException("outside of 1677 to 2262");
    }
    return value;
  }

  private static <T extends Temporal> T micros(T value, String text, Type type) {
    if (value.get(ChronoField.NANO_OF_SECOND) % 1_000 != 0) {
      throw new InvalidArgumentException(
          show(text) + " is finer than " + type + ", which counts " + ChronoUnit.MICROS);
    }
    return value;
  }

  private static String printTimestamp(TemporalAccessor value) {
    if (value instanceof OffsetDateTime zoned) {
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
          zoned.withOffsetSameInstant(ZoneOffset.UTC));
    }
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(value);
  }

  private static UUID parseUuid(String text) {
    UUID uuid = UUID.fromString(text);
    if (text.length() != 36) {
      throw new IllegalArgumentException(text);
    }
    return uuid;
  }

  private static byte[] parseFixed(Types.FixedType type, String text) {
    byte[] bytes = parseHex(text);
    if (bytes.length != type.length()) {
      throw new IllegalArgumentException(text);
    }
    return bytes;
  }

  private static byte[] parseHex(String text) {
    return HEX.parseHex(text.startsWith("0x") ? text.substring(2) : text);
  }
}
