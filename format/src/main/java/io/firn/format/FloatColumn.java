package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;

/** A column of kind {@link PhysicalKind#FLOAT}. */
public final class FloatColumn extends Column {

  private static final float[] EMPTY = {};

  private final Scalar scalar;
  private float[] values = EMPTY;

  FloatColumn(NestedField field) {
    super(field);
    this.scalar = scalar();
  }

  /** The values; that of a null is unspecified. */
  public float[] values() {
    return values;
  }

  /** Value {@code i}, which must not be null. */
  public float get(int i) {
    return values[i];
  }

  /** Appends a value. */
  public void append(float value) {
    int at = grow(1);
    values[at] = value;
  }

  /**
   * Appends {@code count} values for the caller to fill in.
   *
   * @return {@link #values()}, to be filled in the last {@code count} places below {@link #size()}
   */
  public float[] extend(int count) {
    grow(count);
    return values;
  }

  @Override
  public long bytes() {
    return 4L * size();
  }

  @Override
  void appendNonNull(Object value) {
    append(scalar.toFloat(value));
  }

  @Override
  long stored(int i) {
    return Float.floatToRawIntBits(values[i]);
  }

  @Override
  Object generic(long stored) {
    return Float.intBitsToFloat((int) stored);
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
    System.arraycopy(((FloatColumn) source).values, from, values, at, count);
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    float[] theirs = ((FloatColumn) source).values;
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[positions[from + i]];
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    float[][] theirs = new float[sources.length][];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = ((FloatColumn) sources[i]).values;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[which[i]][rows[i]];
    }
  }
}
