package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;

/** A column of kind {@link PhysicalKind#DOUBLE}. */
public final class DoubleColumn extends Column {

  private static final double[] EMPTY = {};

  private final Scalar scalar;
  private double[] values = EMPTY;

  DoubleColumn(NestedField field) {
    super(field);
    this.scalar = scalar();
  }

  /** The values; that of a null is unspecified. */
  public double[] values() {
    return values;
  }

  /** Value {@code i}, which must not be null. */
  public double get(int i) {
    return values[i];
  }

  /** Appends a value. */
  public void append(double value) {
    int at = grow(1);
    values[at] = value;
  }

  /**
   * Appends {@code count} values for the caller to fill in.
   *
   * @return {@link #values()}, to be filled in the last {@code count} places below {@link #size()}
   */
  public double[] extend(int count) {
    grow(count);
    return values;
  }

  @Override
  public long bytes() {
    return 8L * size();
  }

  @Override
  void appendNonNull(Object value) {
    append(scalar.toDouble(value));
  }

  @Override
  long stored(int i) {
    return Double.doubleToRawLongBits(values[i]);
  }

  @Override
  Object generic(long stored) {
    return Double.longBitsToDouble(stored);
  }

  @Override
  int capacity() {
    return values.length;
  }

  @Override
  void resize(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  void setZero(int at, int count) {
    Arrays.fill(values, at, at + count, 0);
  }

  @Override
  void copy(Column source, int from, int count, int at) {
    System.arraycopy(((DoubleColumn) source).values, from, values, at, count);
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    double[] theirs = ((DoubleColumn) source).values;
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[positions[from + i]];
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    double[][] theirs = new double[sources.length][];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = ((DoubleColumn) sources[i]).values;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[which[i]][rows[i]];
    }
  }
}
