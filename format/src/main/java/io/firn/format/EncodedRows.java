package io.firn.format;

import org.jspecify.annotations.Nullable;

/** Encoded rows in arrays of their own or all in one, read one column at a time. */
final class EncodedRows {

  private final byte[][] arrays;
  private final int @Nullable [] starts;
  private final int from;
  private final int count;

  /**
   * @param arrays the array of each row, or the one array they all stand in
   * @param starts where in its array each row begins; null if at its start
   */
  EncodedRows(byte[][] arrays, int @Nullable [] starts, int from, int count) {
    this.arrays = arrays;
    this.starts = starts;
    this.from = from;
    this.count = count;
  }

  int count() {
    return count;
  }

  byte[] array(int i) {
    return arrays.length == 1 ? arrays[0] : arrays[from + i];
  }

  int start(int i) {
    return starts == null ? 0 : starts[from + i];
  }

  /** Which fields are null in any of the rows: their null bitmaps, together. */
  byte[] nulls(int bitmapBytes) {
    byte[] nulls = new byte[bitmapBytes];
    for (int b = 0; b < bitmapBytes; b++) {
      byte any = 0;
      for (int i = 0; i < count; i++) {
        any |= array(i)[start(i) + RowCodec.HEADER_BYTES + b];
      }
      nulls[b] = any;
    }
    return nulls;
  }

  /**
   * Appends one field of every row to a column.
   *
   * @param nulls see {@link #nulls}
   * @param index the field's place in the null bitmap
   * @param slot where in a row its slot is
   * @param base where in a row the variable values begin
   * @param previous the slot of the variable field before it, or -1
   */
  void extract(
      FieldCodec field, byte[] nulls, int index, int slot, int base, int previous, Column column) {
    int bit = RowCodec.HEADER_BYTES + (index >>> 3);
    int mask = 1 << (index & 7);
    int at = column.size();
    switch (field.kind()) {
      case BOOLEAN -> {
        boolean[] values = ((BooleanColumn) column).extend(count);
        for (int i = 0; i < count; i++) {
          values[at + i] = array(i)[start(i) + slot] != 0;
        }
      }
      case INT -> {
        int[] values = ((IntColumn) column).extend(count);
        for (int i = 0; i < count; i++) {
          values[at + i] = ByteBuilder.intLittle(array(i), start(i) + slot);
        }
      }
      case LONG -> {
        long[] values = ((LongColumn) column).extend(count);
        for (int i = 0; i < count; i++) {
          values[at + i] = ByteBuilder.longLittle(array(i), start(i) + slot);
        }
      }
      case FLOAT -> {
        float[] values = ((FloatColumn) column).extend(count);
        for (int i = 0; i < count; i++) {
          values[at + i] = Float.intBitsToFloat(ByteBuilder.intLittle(array(i), start(i) + slot));
        }
      }
      case DOUBLE -> {
        double[] values = ((DoubleColumn) column).extend(count);
        for (int i = 0; i < count; i++) {
          values[at + i] =
              Double.longBitsToDouble(ByteBuilder.longLittle(array(i), start(i) + slot));
        }
      }
      case BYTES -> {
        BytesColumn values = (BytesColumn) column;
        if (field.variable()) {
          extractVariable(slot, base, previous, values);
        } else {
          values.reserve(count * field.slotBytes());
          for (int i = 0; i < count; i++) {
            byte[] row = array(i);
            int start = start(i);
            boolean isNull = (row[start + bit] & mask) != 0;
            values.append(row, start + slot, isNull ? 0 : field.slotBytes());
          }
        }
      }
      case OBJECT -> {
        ObjectColumn values = (ObjectColumn) column;
        for (int i = 0; i < count; i++) {
          byte[] row = array(i);
          int start = start(i);
          if ((row[start + bit] & mask) != 0) {
            values.appendNull();
          } else {
            int begin = previous < 0 ? 0 : ByteBuilder.intLittle(row, start + previous);
            values.append(field.readNested(row, start + base + begin));
          }
        }
      }
    }
    if ((nulls[index >>> 3] & mask) != 0) {
      for (int i = 0; i < count; i++) {
        if ((array(i)[start(i) + bit] & mask) != 0) {
          column.setNull(at + i);
        }
      }
    }
  }

  /** A null's value ends where the one before it does. */
  private void extractVariable(int slot, int base, int previous, BytesColumn values) {
    int at = values.size();
    int end = values.dataLength();
    values.extend(count, variableBytes(slot, previous));
    byte[] data = values.data();
    int[] offsets = values.offsets();
    for (int i = 0; i < count; i++) {
      byte[] row = array(i);
      int start = start(i);
      int begin = previous < 0 ? 0 : ByteBuilder.intLittle(row, start + previous);
      int length = ByteBuilder.intLittle(row, start + slot) - begin;
      ByteBuilder.copy(row, start + base + begin, data, end, length);
      end += length;
      offsets[at + i + 1] = end;
    }
  }

  /** How long the values of a variable field are together. */
  private int variableBytes(int slot, int previous) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      byte[] row = array(i);
      int begin = previous < 0 ? 0 : ByteBuilder.intLittle(row, start(i) + previous);
      bytes = Math.addExact(bytes, ByteBuilder.intLittle(row, start(i) + slot) - begin);
    }
    return bytes;
  }
}
