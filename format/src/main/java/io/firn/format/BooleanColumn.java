package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;

/** A column of kind {@link PhysicalKind#BOOLEAN}. */
public final class BooleanColumn extends Column {

  private static final boolean[] EMPTY = {};

  private final Scalar scalar;
  private boolean[] values = EMPTY;

  BooleanColumn(NestedField field) {
    super(field);
    this.scalar = scalar();
  }

  /** The values; that of a null is unspecified. */
  public boolean[] values() {
    return values;
  }

  /** Value {@code i}, which must not be null. */
  public boolean get(int i) {
    return values[i];
  }

  /** Appends a value. */
  public void append(boolean value) {
    int at = grow(1);
    values[at] = value;
  }

  /**
   * Appends {@code count} values for the caller to fill in.
   *
   * @return {@link #values()}, to be filled in the last {@code count} places below {@link #size()}
   */
  public boolean[] extend(int count) {
    grow(count);
    return values;
  }

  @Override
  public long bytes() {
    return 1L * size();
  }

  @Override
  void appendNonNull(Object value) {
    append(scalar.toBoolean(value));
  }

  @Override
  long stored(int i) {
    return values[i] ? 1 : 0;
  }

  @Override
  Object generic(long stored) {
    return stored != 0;
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
    Arrays.fill(values, at, at + count, false);
  }

  @Override
  void copy(Column source, int from, int count, int at) {
    System.arraycopy(((BooleanColumn) source).values, from, values, at, count);
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    boolean[] theirs = ((BooleanColumn) source).values;
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[positions[from + i]];
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    boolean[][] theirs = new boolean[sources.length][];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = ((BooleanColumn) sources[i]).values;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[which[i]][rows[i]];
    }
  }
}
