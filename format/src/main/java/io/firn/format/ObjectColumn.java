package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A column of kind {@link PhysicalKind#OBJECT}: structs as {@code StructLike}, lists and maps as
 * Iceberg generic values. The values are shared, not copied, and must not change.
 */
public final class ObjectColumn extends Column {

  /** A guess at the memory behind one nested value, for limits that count bytes. */
  private static final long BYTES_PER_VALUE = 256;

  private static final @Nullable Object[] EMPTY = {};

  private @Nullable Object[] values = EMPTY;

  ObjectColumn(NestedField field) {
    super(field);
  }

  /** Appends a value. */
  public void append(Object value) {
    int at = grow(1);
    values[at] = value;
  }

  /** Value {@code i}, or null. */
  public @Nullable Object get(int i) {
    return values[i];
  }

  @Override
  public void clear() {
    Arrays.fill(values, 0, size(), null);
    super.clear();
  }

  @Override
  public long bytes() {
    return BYTES_PER_VALUE * size();
  }

  @Override
  void appendNonNull(Object value) {
    append(value);
  }

  @Override
  long stored(int i) {
    return i;
  }

  @Override
  Object generic(long stored) {
    Object value = values[(int) stored];
    if (value == null) {
      throw new IllegalStateException(
          "Value " + stored + " of " + field().name() + " was never set");
    }
    return value;
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
    Arrays.fill(values, at, at + count, null);
  }

  @Override
  void copy(Column source, int from, int count, int at) {
    System.arraycopy(((ObjectColumn) source).values, from, values, at, count);
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    @Nullable Object[] theirs = ((ObjectColumn) source).values;
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[positions[from + i]];
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    @Nullable Object[][] theirs = new @Nullable Object[sources.length][];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = ((ObjectColumn) sources[i]).values;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = theirs[which[i]][rows[i]];
    }
  }
}
