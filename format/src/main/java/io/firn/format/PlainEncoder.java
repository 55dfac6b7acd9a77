package io.firn.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;

/** Parquet's PLAIN encoding of the non-null values of a page. */
abstract class PlainEncoder {

  private final ByteBuilder bytes = new ByteBuilder();

  static PlainEncoder of(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> new Booleans();
      case INT32 -> new Ints();
      case INT64 -> new Longs();
      case FLOAT -> new Floats();
      case DOUBLE -> new Doubles();
      case BINARY -> new Bytes();
      case FIXED_LEN_BYTE_ARRAY -> new FixedBytes(type);
      default -> throw new IllegalArgumentException("Type " + type + " is never written");
    };
  }

  /** The page so far. */
  final ByteBuilder bytes() {
    return bytes;
  }

  void clear() {
    bytes.clear();
  }

  /** Adds values, none of which is null. */
  abstract void append(Column column, int from, int count);

  /** How many rows from {@code from} on fit in so many bytes, nulls included; at least one. */
  abstract int rowsWithin(Column column, int from, int to, int room);

  /** A view of {@code count * width} new bytes for a bulk copy. */
  final ByteBuffer extend(int count, int width) {
    int at = bytes.extend(Math.multiplyExact(count, width));
    return ByteBuffer.wrap(bytes.array(), at, count * width).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  static int rowsOfWidth(int from, int to, int room, int width) {
    return Math.min(to - from, Math.max(1, (room + width - 1) / width));
  }

  private static final class Booleans extends PlainEncoder {
    private int bits;

    @Override
    void append(Column column, int from, int count) {
      boolean[] values = ((BooleanColumn) column).values();
      bytes().extendZeroed((bits + count + 7) / 8 - bytes().length());
      byte[] target = bytes().array();
      for (int i = from; i < from + count; i++) {
        if (values[i]) {
          target[bits >>> 3] |= (byte) (1 << (bits & 7));
        }
        bits++;
      }
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return (int) Math.min(to - from, Math.max(1, room * 8L));
    }

    @Override
    void clear() {
      super.clear();
      bits = 0;
    }
  }

  private static final class Ints extends PlainEncoder {
    @Override
    void append(Column column, int from, int count) {
      extend(count, 4).asIntBuffer().put(((IntColumn) column).values(), from, count);
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return rowsOfWidth(from, to, room, 4);
    }
  }

  private static final class Longs extends PlainEncoder {
    @Override
    void append(Column column, int from, int count) {
      extend(count, 8).asLongBuffer().put(((LongColumn) column).values(), from, count);
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return rowsOfWidth(from, to, room, 8);
    }
  }

  private static final class Floats extends PlainEncoder {
    @Override
    void append(Column column, int from, int count) {
      extend(count, 4).asFloatBuffer().put(((FloatColumn) column).values(), from, count);
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return rowsOfWidth(from, to, room, 4);
    }
  }

  private static final class Doubles extends PlainEncoder {
    @Override
    void append(Column column, int from, int count) {
      extend(count, 8).asDoubleBuffer().put(((DoubleColumn) column).values(), from, count);
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return rowsOfWidth(from, to, room, 8);
    }
  }

  private static final class Bytes extends PlainEncoder {
    @Override
    void append(Column column, int from, int count) {
      BytesColumn values = (BytesColumn) column;
      byte[] source = values.data();
      int[] offsets = values.offsets();
      int at = bytes().extend(Math.addExact(offsets[from + count] - offsets[from], count * 4));
      byte[] target = bytes().array();
      for (int i = from; i < from + count; i++) {
        int length = offsets[i + 1] - offsets[i];
        bytes().setIntLittle(at, length);
        ByteBuilder.copy(source, offsets[i], target, at + 4, length);
        at += 4 + length;
      }
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      int[] offsets = ((BytesColumn) column).offsets();
      long all = offsets[to] - (long) offsets[from] + 4L * (to - from);
      if (all <= room) {
        return to - from;
      }
      int row = from;
      long used = 0;
      while (row < to && used < room) {
        used += 4 + offsets[row + 1] - offsets[row];
        row++;
      }
      return Math.max(1, row - from);
    }
  }

  /** Fixed, uuid, and decimals, whose sign is extended to the full length. */
  private static final class FixedBytes extends PlainEncoder {
    private final int width;
    private final boolean signed;

    FixedBytes(PrimitiveType type) {
      this.width = type.getTypeLength();
      this.signed = type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
    }

    @Override
    void append(Column column, int from, int count) {
      BytesColumn values = (BytesColumn) column;
      byte[] source = values.data();
      int at = bytes().extend(Math.multiplyExact(count, width));
      byte[] target = bytes().array();
      for (int i = from; i < from + count; i++) {
        int length = values.length(i);
        int offset = values.offset(i);
        if (length < width && signed) {
          Arrays.fill(target, at, at + width - length, (byte) (source[offset] < 0 ? 0xFF : 0));
        } else if (length != width) {
          throw new IllegalArgumentException(
              "Column " + column.field().name() + " needs values of " + width + " bytes");
        }
        System.arraycopy(source, offset, target, at + width - length, length);
        at += width;
      }
    }

    @Override
    int rowsWithin(Column column, int from, int to, int room) {
      return rowsOfWidth(from, to, room, Math.max(1, width));
    }
  }
}
