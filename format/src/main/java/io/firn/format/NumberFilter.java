package io.firn.format;

import java.util.Arrays;

/**
 * Whether the number in a column is in a range, or one of a set. Numbers of all kinds are compared
 * as longs: floating ones by their bits, brought into the order of {@link Double#compare}.
 *
 * @param fieldId the column
 * @param low the least number of the range
 * @param high the greatest number of the range
 * @param set the ascending numbers of the set; empty if the range alone counts
 * @param match whether those in the range match, or those outside
 * @param nullMatches whether a null matches
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NumberFilter(
    int fieldId, long low, long high, long[] set, boolean match, boolean nullMatches)
    implements FilterNode {

  /** A double as a long of the same order. */
  static long ordered(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits ^ (bits >> 63 & Long.MAX_VALUE);
  }

  /** A float as a long of the same order. */
  static long ordered(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  @Override
  public int retain(ColumnBatch batch, int[] selection, int count) {
    Column column = batch.column(batch.indexOf(fieldId));
    boolean[] nulls = column.nulls();
    int kept = 0;
    if (column instanceof LongColumn longs) {
      long[] values = longs.values();
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        if ((nulls != null && nulls[row]) ? nullMatches : matches(values[row])) {
          selection[kept++] = row;
        }
      }
    } else if (column instanceof IntColumn ints) {
      int[] values = ints.values();
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        if ((nulls != null && nulls[row]) ? nullMatches : matches(values[row])) {
          selection[kept++] = row;
        }
      }
    } else if (column instanceof DoubleColumn doubles) {
      double[] values = doubles.values();
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        if ((nulls != null && nulls[row]) ? nullMatches : matches(ordered(values[row]))) {
          selection[kept++] = row;
        }
      }
    } else if (column instanceof FloatColumn floats) {
      float[] values = floats.values();
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        if ((nulls != null && nulls[row]) ? nullMatches : matches(ordered(values[row]))) {
          selection[kept++] = row;
        }
      }
    } else {
      boolean[] values = ((BooleanColumn) column).values();
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        if ((nulls != null && nulls[row]) ? nullMatches : matches(values[row] ? 1 : 0)) {
          selection[kept++] = row;
        }
      }
    }
    return kept;
  }

  private boolean matches(long value) {
    boolean in =
        value >= low && value <= high && (set.length == 0 || Arrays.binarySearch(set, value) >= 0);
    return in == match;
  }
}
