package io.firn.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;

/**
 * Copies selected values of flat columns into Arrow vectors, a whole array at a time. Keeps the
 * arrays it gathers in.
 */
final class ArrowGather {

  private static final int DECIMAL_BYTES = 16;

  private int[] ints = {};
  private long[] longs = {};
  private float[] floats = {};
  private double[] doubles = {};
  private byte[] bytes = {};

  /** Integers, longs, floats, doubles and everything stored as one of them. */
  void numbers(Column column, int[] selection, int count, BaseFixedWidthVector vector) {
    makeRoom(vector, count);
    ByteBuffer data = littleEndian(vector.getDataBuffer(), (long) count * vector.getTypeWidth());
    if (column instanceof IntColumn source) {
      ints = ints.length < count ? new int[count] : ints;
      for (int i = 0; i < count; i++) {
        ints[i] = source.values()[selection[i]];
      }
      data.asIntBuffer().put(ints, 0, count);
    } else if (column instanceof LongColumn source) {
      longs = longs.length < count ? new long[count] : longs;
      for (int i = 0; i < count; i++) {
        longs[i] = source.values()[selection[i]];
      }
      data.asLongBuffer().put(longs, 0, count);
    } else if (column instanceof FloatColumn source) {
      floats = floats.length < count ? new float[count] : floats;
      for (int i = 0; i < count; i++) {
        floats[i] = source.values()[selection[i]];
      }
      data.asFloatBuffer().put(floats, 0, count);
    } else if (column instanceof DoubleColumn source) {
      doubles = doubles.length < count ? new double[count] : doubles;
      for (int i = 0; i < count; i++) {
        doubles[i] = source.values()[selection[i]];
      }
      data.asDoubleBuffer().put(doubles, 0, count);
    } else {
      throw new IllegalArgumentException(column.getClass() + " holds no numbers");
    }
    validity(column, selection, count, vector);
    vector.setValueCount(count);
  }

  void booleans(BooleanColumn column, int[] selection, int count, BitVector vector) {
    makeRoom(vector, count);
    byte[] bits = cleared((count + 7) / 8);
    boolean[] values = column.values();
    for (int i = 0; i < count; i++) {
      if (values[selection[i]]) {
        bits[i >>> 3] |= (byte) (1 << (i & 7));
      }
    }
    vector.getDataBuffer().setBytes(0, bits, 0, (count + 7) / 8);
    validity(column, selection, count, vector);
    vector.setValueCount(count);
  }

  void variable(BytesColumn column, int[] selection, int count, BaseVariableWidthVector vector) {
    int[] offsets = column.offsets();
    long total = 0;
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      total += offsets[row + 1] - offsets[row];
    }
    vector.allocateNew(total, count);
    bytes = bytes.length < total ? new byte[Math.toIntExact(total)] : bytes;
    ints = ints.length <= count ? new int[count + 1] : ints;
    byte[] data = column.data();
    int at = 0;
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      int length = offsets[row + 1] - offsets[row];
      ints[i] = at;
      ByteBuilder.copy(data, offsets[row], bytes, at, length);
      at += length;
    }
    ints[count] = at;
    littleEndian(vector.getOffsetBuffer(), 4L * (count + 1)).asIntBuffer().put(ints, 0, count + 1);
    vector.getDataBuffer().setBytes(0, bytes, 0, at);
    validity(column, selection, count, vector);
    vector.setLastSet(count - 1);
    vector.setValueCount(count);
  }

  /** Fixed and UUID values: all of the vector's width, nulls as zeros. */
  void fixedBytes(BytesColumn column, int[] selection, int count, BaseFixedWidthVector vector) {
    makeRoom(vector, count);
    int width = vector.getTypeWidth();
    byte[] target = cleared(count * width);
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      System.arraycopy(column.data(), column.offset(row), target, i * width, column.length(row));
    }
    vector.getDataBuffer().setBytes(0, target, 0, (long) count * width);
    validity(column, selection, count, vector);
    vector.setValueCount(count);
  }

  /** Decimals: 128 bits, least significant byte first, whatever the column holds them as. */
  void decimals(Column column, int[] selection, int count, DecimalVector vector) {
    makeRoom(vector, count);
    byte[] target = cleared(count * DECIMAL_BYTES);
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      if (!column.isNull(row)) {
        decimal(column, row, target, i * DECIMAL_BYTES);
      }
    }
    vector.getDataBuffer().setBytes(0, target, 0, (long) count * DECIMAL_BYTES);
    validity(column, selection, count, vector);
    vector.setValueCount(count);
  }

  private static void decimal(Column column, int row, byte[] target, int at) {
    if (column instanceof BytesColumn source) {
      int length = source.length(row);
      int last = source.offset(row) + length - 1;
      byte sign = (byte) (source.data()[source.offset(row)] >> 7);
      for (int i = 0; i < DECIMAL_BYTES; i++) {
        target[at + i] = i < length ? source.data()[last - i] : sign;
      }
      return;
    }
    long unscaled =
        column instanceof IntColumn source
            ? source.values()[row]
            : ((LongColumn) column).values()[row];
    for (int i = 0; i < DECIMAL_BYTES; i++) {
      target[at + i] = (byte) (i < Long.BYTES ? unscaled >> (8 * i) : unscaled >> 63);
    }
  }

  private void validity(Column column, int[] selection, int count, FieldVector vector) {
    int length = (count + 7) / 8;
    byte[] valid = cleared(length);
    boolean[] nulls = column.nulls();
    if (nulls == null) {
      Arrays.fill(valid, 0, length, (byte) 0xFF);
    } else {
      for (int i = 0; i < count; i++) {
        if (!nulls[selection[i]]) {
          valid[i >>> 3] |= (byte) (1 << (i & 7));
        }
      }
    }
    vector.getValidityBuffer().setBytes(0, valid, 0, length);
  }

  private byte[] cleared(int length) {
    if (bytes.length < length) {
      bytes = new byte[length];
    } else {
      Arrays.fill(bytes, 0, length, (byte) 0);
    }
    return bytes;
  }

  /**
   * Gives a vector the memory for so many values, all of which will be written. What it has is used
   * again, without being cleared, unless somebody else holds on to it.
   */
  private static void makeRoom(BaseFixedWidthVector vector, int count) {
    ArrowBuf data = vector.getDataBuffer();
    ArrowBuf validity = vector.getValidityBuffer();
    // Both are usually parts of one allocation, which then has two owners.
    int owners = data.getReferenceManager() == validity.getReferenceManager() ? 2 : 1;
    if (vector.getValueCapacity() < count || data.refCnt() > owners || validity.refCnt() > owners) {
      vector.allocateNew(count);
    }
  }

  private static ByteBuffer littleEndian(ArrowBuf buffer, long length) {
    return buffer.nioBuffer(0, Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
