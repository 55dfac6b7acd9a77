package io.firn.format;

/** Makes room for nulls among values that were decoded without them. */
final class NullSpread {

  private NullSpread() {}

  /**
   * Turns the values from {@code start} to the end of the column into {@code count} values of which
   * those flagged are null.
   *
   * @param nulls the flags, from {@code first} on; those not set are as many as there are values
   *     now
   */
  static void spread(Column column, int start, boolean[] nulls, int first, int count) {
    int dense = column.size() - start;
    int missing = count - dense;
    int from = dense - 1;
    if (column instanceof BytesColumn bytes) {
      bytes.extend(missing, 0);
      int[] offsets = bytes.offsets();
      for (int i = count - 1; i >= 0; i--) {
        offsets[start + i + 1] = offsets[start + from + 1];
        from -= nulls[first + i] ? 0 : 1;
      }
    } else if (column instanceof LongColumn longs) {
      long[] values = longs.extend(missing);
      for (int i = count - 1; i >= 0; i--) {
        if (!nulls[first + i]) {
          values[start + i] = values[start + from--];
        }
      }
    } else if (column instanceof IntColumn ints) {
      int[] values = ints.extend(missing);
      for (int i = count - 1; i >= 0; i--) {
        if (!nulls[first + i]) {
          values[start + i] = values[start + from--];
        }
      }
    } else if (column instanceof DoubleColumn doubles) {
      double[] values = doubles.extend(missing);
      for (int i = count - 1; i >= 0; i--) {
        if (!nulls[first + i]) {
          values[start + i] = values[start + from--];
        }
      }
    } else if (column instanceof FloatColumn floats) {
      float[] values = floats.extend(missing);
      for (int i = count - 1; i >= 0; i--) {
        if (!nulls[first + i]) {
          values[start + i] = values[start + from--];
        }
      }
    } else if (column instanceof BooleanColumn booleans) {
      boolean[] values = booleans.extend(missing);
      for (int i = count - 1; i >= 0; i--) {
        if (!nulls[first + i]) {
          values[start + i] = values[start + from--];
        }
      }
    } else {
      throw new IllegalArgumentException("no flat column: " + column.field());
    }
    for (int i = 0; i < count; i++) {
      if (nulls[first + i]) {
        column.setNull(start + i);
      }
    }
  }
}
