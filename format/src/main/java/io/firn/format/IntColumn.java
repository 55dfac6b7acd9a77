package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;

/** A column of kind {@link PhysicalKind#INT}. */
public final class IntColumn extends Column {

  private static final int[] EMPTY = {};

  private final Scalar scalar;
  private int[] values = EMPTY;

  IntColumn(NestedField field) {
    super(field);
    this.scalar = scalar();
  }

  /** The values; that of a null is unspecified. */
  public int[] values() {
    return values;
  }

  /** Value {@code i}, which must not be null. */
  public int get(int i) {
    return values[i];
  }

  /** Appends a value. */
  public void append(int value) {
    int at = grow(1);
    values[at] = value;
  }

  /**
   * Appends {@code count} values for the caller to fill in.
   *
   * @return {@link #values()}, to be filled in the last {@code count} places below {@link #size()}
   */
  public int[] extend(int count) {
    grow(count);
    return values;
  }

  @Override
  public long bytes() {
    return 4L * size();
  }

  @Override
  void appendNonNull(Object value) {
    append(scalar.toInt(value));
  }

  @Override
  long stored(int i) {
    return values[i];
  }

  @Override
  Object generic(long stored) {
    return scalar.fromInt((int) stored);
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
    System.arraycopy(((IntColumn) source).values, from, values, at, count);
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    int[] theirs = ((IntColumn) source).values;
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[positions[from + i]];
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    int[][] theirs = new int[sources.length][];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = ((IntColumn) sources[i]).values;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[which[i]][rows[i]];
    }
  }
}
