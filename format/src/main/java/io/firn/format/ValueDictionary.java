package io.firn.format;

import java.util.Arrays;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** The distinct values of a column chunk, numbered in the order they were first seen. */
abstract class ValueDictionary {

  private static final int LEAST_SLOTS = 64;

  private int[] slots = new int[LEAST_SLOTS];
  private int size;

  /** A dictionary for values of a type; null for booleans, which have nothing to gain. */
  static @Nullable ValueDictionary of(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> null;
      case INT32, FLOAT -> new Numbers(4);
      case INT64, DOUBLE -> new Numbers(8);
      default -> new Values(type);
    };
  }

  /** The number of distinct values. */
  final int size() {
    return size;
  }

  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  /** Puts the numbers of values, none of which is null, into {@code target} from {@code at} on. */
  abstract void number(Column column, int from, int count, int[] target, int at);

  /** The bytes the values take plain. */
  abstract long bytes();

  /** The length in bytes of the longest value. */
  abstract int longestValue();

  /** Appends value {@code number}, plain. */
  abstract void appendPlain(int number, ByteBuilder target);

  /** The hash of a numbered value, for when the table grows. */
  abstract int hash(int number);

  final int slot(int hash) {
    return hash & (slots.length - 1);
  }

  /** The number in a slot, or -1. */
  final int numberAt(int slot) {
    return slots[slot] - 1;
  }

  final int nextSlot(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  /** Gives the next number to the value that belongs in a free slot. */
  final int add(int slot) {
    int number = size++;
    slots[slot] = number + 1;
    if (size * 2 > slots.length) {
      int[] larger = new int[slots.length * 2];
      slots = larger;
      for (int i = 0; i < size; i++) {
        int free = slot(hash(i));
        while (larger[free] != 0) {
          free = nextSlot(free);
        }
        larger[free] = i + 1;
      }
    }
    return number;
  }

  /** Values of four or eight bytes, told apart by their bits: zeros by sign, NaNs by payload. */
  private static final class Numbers extends ValueDictionary {
    private final int width;
    private long[] values = new long[LEAST_SLOTS];

    Numbers(int width) {
      this.width = width;
    }

    @Override
    void number(Column column, int from, int count, int[] target, int at) {
      if (column instanceof IntColumn ints) {
        for (int i = 0; i < count; i++) {
          target[at + i] = number(ints.get(from + i));
        }
      } else if (column instanceof LongColumn longs) {
        for (int i = 0; i < count; i++) {
          target[at + i] = number(longs.get(from + i));
        }
      } else if (column instanceof FloatColumn floats) {
        for (int i = 0; i < count; i++) {
          target[at + i] = number(Float.floatToRawIntBits(floats.get(from + i)));
        }
      } else {
        DoubleColumn doubles = (DoubleColumn) column;
        for (int i = 0; i < count; i++) {
          target[at + i] = number(Double.doubleToRawLongBits(doubles.get(from + i)));
        }
      }
    }

    private int number(long bits) {
      int slot = slot(hash(bits));
      for (int found = numberAt(slot); found >= 0; found = numberAt(slot)) {
        if (values[found] == bits) {
          return found;
        }
        slot = nextSlot(slot);
      }
      if (size() == values.length) {
        values = Arrays.copyOf(values, values.length * 2);
      }
      values[size()] = bits;
      return add(slot);
    }

    private static int hash(long bits) {
      return (int) ((bits * 0x9E3779B97F4A7C15L) >>> 32);
    }

    @Override
    int hash(int number) {
      return hash(values[number]);
    }

    @Override
    long bytes() {
      return (long) size() * width;
    }

    @Override
    int longestValue() {
      return width;
    }

    @Override
    void appendPlain(int number, ByteBuilder target) {
      if (width == 4) {
        target.putIntLittle((int) values[number]);
      } else {
        target.putLongLittle(values[number]);
      }
    }
  }

  /** Values of any number of bytes, kept as they are written. */
  private static final class Values extends ValueDictionary {
    private final PlainEncoder encoder;
    private int[] ends = new int[LEAST_SLOTS];
    private int[] hashes = new int[LEAST_SLOTS];
    private final KeyList keys = new KeyList();
    private int longest;

    Values(PrimitiveType type) {
      this.encoder = PlainEncoder.of(type);
    }

    @Override
    void number(Column column, int from, int count, int[] target, int at) {
      BytesColumn values = (BytesColumn) column;
      for (int i = 0; i < count; i++) {
        target[at + i] = number(values, from + i);
      }
    }

    private int number(BytesColumn values, int row) {
      byte[] data = values.data();
      int offset = values.offset(row);
      int length = values.length(row);
      long mixed = XxHash64.hash(data, offset, length);
      int hash = (int) mixed;
      int slot = slot(hash);
      for (int found = numberAt(slot); found >= 0; found = numberAt(slot)) {
        if (hashes[found] == hash
            && Arrays.equals(
                keys.data(),
                keys.offset(found),
                keys.offset(found) + keys.length(found),
                data,
                offset,
                offset + length)) {
          return found;
        }
        slot = nextSlot(slot);
      }
      if (size() == hashes.length) {
        hashes = Arrays.copyOf(hashes, hashes.length * 2);
        ends = Arrays.copyOf(ends, ends.length * 2);
      }
      keys.add(data, offset, length);
      encoder.append(values, row, 1);
      hashes[size()] = hash;
      ends[size()] = encoder.bytes().length();
      longest = Math.max(longest, length);
      return add(slot);
    }

    @Override
    int hash(int number) {
      return hashes[number];
    }

    @Override
    long bytes() {
      return encoder.bytes().length();
    }

    @Override
    int longestValue() {
      return longest;
    }

    @Override
    void appendPlain(int number, ByteBuilder target) {
      int start = number == 0 ? 0 : ends[number - 1];
      target.put(encoder.bytes().array(), start, ends[number] - start);
    }

    @Override
    void clear() {
      super.clear();
      keys.clear();
      encoder.clear();
      longest = 0;
    }
  }
}
