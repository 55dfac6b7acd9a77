package io.firn.format;

/**
 * Encodes rows of a batch as {@link RowCodec} does, one column at a time. The rows are trusted:
 * they come from a data file. Of one thread, for one batch.
 */
final class BatchEncoder {

  private final FieldCodec[] fields;
  private final int[] slots;
  private final int base;
  private final int[] rows;
  private final int count;
  private final int[] starts;
  private final byte[] data;

  /** Where in the data the next variable value of each row goes. */
  private final int[] ends;

  /**
   * @param fields the columns, in the order of the batch's
   * @param slots where in a row their slots are
   * @param base where in a row the variable values begin
   * @param rows which rows of the batch, the first {@code count} of the array
   */
  BatchEncoder(
      FieldCodec[] fields, int[] slots, int base, ColumnBatch batch, int[] rows, int count) {
    this.fields = fields;
    this.slots = slots;
    this.base = base;
    this.rows = rows;
    this.count = count;
    ByteBuilder[] nested = new ByteBuilder[fields.length];
    int[][] nestedEnds = new int[fields.length][];
    int[] lengths = new int[count];
    for (int c = 0; c < fields.length; c++) {
      if (batch.column(c) instanceof ObjectColumn objects) {
        nested[c] = new ByteBuilder();
        nestedEnds[c] = encodeNested(fields[c], objects, nested[c]);
        addLengths(nestedEnds[c], lengths);
      } else if (fields[c].variable()) {
        BytesColumn bytes = (BytesColumn) batch.column(c);
        for (int i = 0; i < count; i++) {
          lengths[i] += bytes.length(rows[i]);
        }
      }
    }
    this.starts = new int[count + 1];
    this.ends = new int[count];
    for (int i = 0; i < count; i++) {
      ends[i] = starts[i] + base;
      starts[i + 1] = Math.addExact(ends[i], lengths[i]);
    }
    this.data = new byte[starts[count]];
    writeHeaders();
    for (int c = 0; c < fields.length; c++) {
      if (nested[c] != null) {
        writeNested(c, nested[c], nestedEnds[c]);
      } else {
        write(c, batch.column(c));
      }
      writeNulls(c, batch.column(c));
    }
  }

  /** All rows, one after another. */
  byte[] data() {
    return data;
  }

  /** Where each row begins in the data, and where the last one ends. */
  int[] starts() {
    return starts;
  }

  private void writeHeaders() {
    for (int i = 0; i < count; i++) {
      data[starts[i]] = RowCodec.VERSION;
      data[starts[i] + 1] = (byte) fields.length;
      data[starts[i] + 2] = (byte) (fields.length >>> 8);
    }
  }

  private void writeNulls(int c, Column column) {
    if (column.nullCount() > 0) {
      for (int i = 0; i < count; i++) {
        if (column.isNull(rows[i])) {
          data[starts[i] + RowCodec.HEADER_BYTES + (c >>> 3)] |= (byte) (1 << (c & 7));
        }
      }
    }
  }

  private void write(int c, Column column) {
    int slot = slots[c];
    if (column instanceof LongColumn longs) {
      for (int i = 0; i < count; i++) {
        ByteBuilder.setLongLittle(data, starts[i] + slot, longs.get(rows[i]));
      }
    } else if (column instanceof IntColumn ints) {
      for (int i = 0; i < count; i++) {
        ByteBuilder.setIntLittle(data, starts[i] + slot, ints.get(rows[i]));
      }
    } else if (column instanceof DoubleColumn doubles) {
      for (int i = 0; i < count; i++) {
        long bits = Double.doubleToRawLongBits(doubles.get(rows[i]));
        ByteBuilder.setLongLittle(data, starts[i] + slot, bits);
      }
    } else if (column instanceof FloatColumn floats) {
      for (int i = 0; i < count; i++) {
        int bits = Float.floatToRawIntBits(floats.get(rows[i]));
        ByteBuilder.setIntLittle(data, starts[i] + slot, bits);
      }
    } else if (column instanceof BooleanColumn booleans) {
      for (int i = 0; i < count; i++) {
        data[starts[i] + slot] = (byte) (booleans.get(rows[i]) ? 1 : 0);
      }
    } else {
      writeBytes(c, (BytesColumn) column);
    }
  }

  private void writeBytes(int c, BytesColumn column) {
    int slot = slots[c];
    boolean variable = fields[c].variable();
    for (int i = 0; i < count; i++) {
      int length = column.length(rows[i]);
      int at = variable ? ends[i] : starts[i] + slot;
      System.arraycopy(column.data(), column.offset(rows[i]), data, at, length);
      if (variable) {
        end(i, slot, length);
      }
    }
  }

  private void writeNested(int c, ByteBuilder encoded, int[] encodedEnds) {
    for (int i = 0; i < count; i++) {
      int from = i == 0 ? 0 : encodedEnds[i - 1];
      int length = encodedEnds[i] - from;
      System.arraycopy(encoded.array(), from, data, ends[i], length);
      end(i, slots[c], length);
    }
  }

  /** Ends a variable value: its slot says where. */
  private void end(int i, int slot, int length) {
    ends[i] += length;
    ByteBuilder.setIntLittle(data, starts[i] + slot, ends[i] - starts[i] - base);
  }

  private int[] encodeNested(FieldCodec field, ObjectColumn values, ByteBuilder target) {
    int[] encodedEnds = new int[count];
    for (int i = 0; i < count; i++) {
      Object value = values.get(rows[i]);
      if (value != null) {
        field.writeNested(value, target);
      }
      encodedEnds[i] = target.length();
    }
    return encodedEnds;
  }

  private static void addLengths(int[] valueEnds, int[] lengths) {
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] += valueEnds[i] - (i == 0 ? 0 : valueEnds[i - 1]);
    }
  }
}
