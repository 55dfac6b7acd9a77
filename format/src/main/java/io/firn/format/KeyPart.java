package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.iceberg.types.Types;

/**
 * One column of a key: values to bytes whose unsigned order is the order of Iceberg's comparator
 * for the type, and back. Immutable. The encodings are specified in {@code docs/format.md}.
 */
final class KeyPart {

  /** The length of the terminator of an escaped value. */
  static final int TERMINATOR_BYTES = 2;

  private enum Encoding {
    BOOLEAN(1),
    INT(4),
    LONG(8),
    /** Decimals of more than 18 digits: 128 bits. */
    WIDE(16),
    UUID(16),
    FIXED(-1),
    /** Strings and binaries: zero bytes escaped, terminated. */
    ESCAPED(-1);

    private final int width;

    Encoding(int width) {
      this.width = width;
    }
  }

  private final int fieldId;
  private final Scalar scalar;
  private final Encoding encoding;
  private final int width;

  KeyPart(Types.NestedField field) {
    this.fieldId = field.fieldId();
    this.scalar = new Scalar(field.name(), field.type());
    this.encoding = encodingOf(scalar);
    this.width = encoding == Encoding.FIXED ? scalar.fixedLength() : encoding.width;
  }

  private static Encoding encodingOf(Scalar scalar) {
    return switch (scalar.kind()) {
      case BOOLEAN -> Encoding.BOOLEAN;
      case INT -> Encoding.INT;
      case LONG -> Encoding.LONG;
      case BYTES ->
          switch (scalar.id()) {
            case UUID -> Encoding.UUID;
            case FIXED -> Encoding.FIXED;
            case DECIMAL -> Encoding.WIDE;
            default -> Encoding.ESCAPED;
          };
      default -> throw new IllegalArgumentException(scalar.id() + " has no key encoding");
    };
  }

  int fieldId() {
    return fieldId;
  }

  /** The bytes every value takes, or -1. */
  int width() {
    return width;
  }

  void append(Object value, ByteBuilder target) {
    switch (encoding) {
      case BOOLEAN -> target.put(scalar.toBoolean(value) ? 1 : 0);
      case INT -> target.putIntBig(scalar.toInt(value) ^ Integer.MIN_VALUE);
      case LONG -> target.putLongBig(scalar.toLong(value) ^ Long.MIN_VALUE);
      case WIDE -> {
        byte[] unscaled = scalar.unscaled(value).toByteArray();
        appendWide(unscaled, 0, unscaled.length, target);
      }
      case UUID -> {
        int start = target.length();
        scalar.appendBytes(value, target);
        flipUuid(target.array(), start);
      }
      case FIXED -> scalar.appendBytes(value, target);
      case ESCAPED -> {
        int start = target.length();
        scalar.appendBytes(value, target);
        escape(target, start);
      }
    }
  }

  /** Appends value {@code row} of a column of this part's type. */
  void append(Column column, int row, ByteBuilder target) {
    switch (encoding) {
      case BOOLEAN -> target.put(((BooleanColumn) column).get(row) ? 1 : 0);
      case INT -> target.putIntBig(((IntColumn) column).get(row) ^ Integer.MIN_VALUE);
      case LONG -> target.putLongBig(((LongColumn) column).get(row) ^ Long.MIN_VALUE);
      default -> {
        BytesColumn values = (BytesColumn) column;
        int start = target.length();
        if (encoding == Encoding.WIDE) {
          appendWide(values.data(), values.offset(row), values.length(row), target);
          return;
        }
        target.put(values.data(), values.offset(row), values.length(row));
        if (encoding == Encoding.UUID) {
          flipUuid(target.array(), start);
        } else if (encoding == Encoding.ESCAPED) {
          escape(target, start);
        }
      }
    }
  }

  /** Reads the value at the reader's position and moves past it. */
  Object read(Reader reader) {
    int at = reader.advance(encoding == Encoding.ESCAPED ? reader.escapedLength() : width);
    byte[] key = reader.key;
    return switch (encoding) {
      case BOOLEAN -> key[at] != 0;
      case INT -> scalar.fromInt(ByteBuilder.intBig(key, at) ^ Integer.MIN_VALUE);
      case LONG -> scalar.fromLong(ByteBuilder.longBig(key, at) ^ Long.MIN_VALUE);
      case WIDE -> {
        byte[] unscaled = Arrays.copyOfRange(key, at, at + width);
        unscaled[0] ^= (byte) 0x80;
        byte[] least = new BigInteger(unscaled).toByteArray();
        yield scalar.fromBytes(least, 0, least.length);
      }
      case UUID -> {
        byte[] uuid = Arrays.copyOfRange(key, at, at + width);
        flipUuid(uuid, 0);
        yield scalar.fromBytes(uuid, 0, width);
      }
      case FIXED -> scalar.fromBytes(key, at, width);
      case ESCAPED -> {
        byte[] raw = unescape(key, at, reader.position - 2);
        yield scalar.fromBytes(raw, 0, raw.length);
      }
    };
  }

  private static void appendWide(byte[] bytes, int offset, int length, ByteBuilder target) {
    int at = target.extend(16);
    byte[] array = target.array();
    byte sign = (byte) (bytes[offset] < 0 ? 0xFF : 0);
    Arrays.fill(array, at, at + 16 - length, sign);
    System.arraycopy(bytes, offset, array, at + 16 - length, length);
    array[at] ^= (byte) 0x80;
  }

  /** Iceberg compares both halves of a UUID as signed numbers. */
  private static void flipUuid(byte[] bytes, int at) {
    bytes[at] ^= (byte) 0x80;
    bytes[at + 8] ^= (byte) 0x80;
  }

  /** Turns every zero byte from {@code start} on into 00 FF and appends the terminator 00 00. */
  private static void escape(ByteBuilder target, int start) {
    int end = target.length();
    byte[] bytes = target.array();
    int zeros = 0;
    for (int i = start; i < end; i++) {
      if (bytes[i] == 0) {
        zeros++;
      }
    }
    target.extend(zeros + 2);
    bytes = target.array();
    int to = end + zeros;
    bytes[to] = 0;
    bytes[to + 1] = 0;
    for (int i = end - 1; zeros > 0; i--) {
      if (bytes[i] == 0) {
        bytes[--to] = (byte) 0xFF;
        zeros--;
      }
      bytes[--to] = bytes[i];
    }
  }

  private static byte[] unescape(byte[] key, int from, int to) {
    byte[] raw = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      raw[length++] = key[i];
      if (key[i] == 0) {
        i++;
      }
    }
    return length == raw.length ? raw : Arrays.copyOf(raw, length);
  }

  /** A position in an encoded key. */
  static final class Reader {
    private final byte[] key;
    private int position;

    Reader(byte[] key) {
      this.key = key;
    }

    boolean atEnd() {
      return position == key.length;
    }

    private int advance(int count) {
      if (count > key.length - position) {
        throw malformed();
      }
      int start = position;
      position += count;
      return start;
    }

    /** The length of the escaped value at the position, its terminator included. */
    private int escapedLength() {
      for (int i = position; i + 1 < key.length; i++) {
        if (key[i] == 0) {
          if (key[i + 1] == 0) {
            return i + 2 - position;
          }
          if (key[i + 1] != (byte) 0xFF) {
            break;
          }
          i++;
        }
      }
      throw malformed();
    }

    InvalidArgumentException malformed() {
      return new InvalidArgumentException(
          "These " + key.length + " bytes are not an encoded key of this table");
    }
  }
}
