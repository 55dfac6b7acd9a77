package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A growable column of values in one primitive array: the unit in which rows move between memtable,
 * files and Arrow. Not safe for use by several threads; safe to read by several once nobody writes.
 *
 * <p>Arrays that accessors return are the column's own. They are valid until the column grows and
 * longer than {@link #size()}.
 */
public abstract sealed class Column
    permits BooleanColumn,
        IntColumn,
        LongColumn,
        FloatColumn,
        DoubleColumn,
        BytesColumn,
        ObjectColumn {

  private static final int LEAST_CAPACITY = 64;

  private final NestedField field;
  private int size;
  private int nullCount;
  private boolean @Nullable [] nulls;

  Column(NestedField field) {
    this.field = field;
  }

  /** An empty column that holds values of {@code field}. */
  public static Column of(NestedField field) {
    return switch (PhysicalKind.of(field.type())) {
      case BOOLEAN -> new BooleanColumn(field);
      case INT -> new IntColumn(field);
      case LONG -> new LongColumn(field);
      case FLOAT -> new FloatColumn(field);
      case DOUBLE -> new DoubleColumn(field);
      case BYTES -> new BytesColumn(field);
      case OBJECT -> new ObjectColumn(field);
    };
  }

  /** The Iceberg column whose values these are. */
  public final NestedField field() {
    return field;
  }

  /** The number of values, nulls included. */
  public final int size() {
    return size;
  }

  /** The number of nulls. */
  public final int nullCount() {
    return nullCount;
  }

  /** True if value {@code i} is null. */
  public final boolean isNull(int i) {
    return nulls != null && nulls[i];
  }

  /** Null flags, or null if no value is null. */
  public final boolean @Nullable [] nulls() {
    return nullCount == 0 ? null : nulls;
  }

  /** Forgets all values and keeps the memory. */
  public void clear() {
    if (nulls != null) {
      Arrays.fill(nulls, 0, size, false);
    }
    size = 0;
    nullCount = 0;
  }

  /** Appends a null. */
  public final void appendNull() {
    int at = grow(1);
    setZero(at, 1);
    setNull(at);
  }

  /** Appends {@code count} nulls. */
  public final void appendNulls(int count) {
    int at = grow(count);
    setZero(at, count);
    for (int i = at; i < at + count; i++) {
      setNull(i);
    }
  }

  /**
   * Makes value {@code i}, already appended with any content, null. The content of a null is
   * unspecified except that a null of a {@link BytesColumn} has no bytes.
   */
  public final void setNull(int i) {
    boolean[] flags = nulls;
    if (flags == null || flags.length < size) {
      flags = flags == null ? new boolean[capacity()] : Arrays.copyOf(flags, capacity());
      nulls = flags;
    }
    if (!flags[i]) {
      flags[i] = true;
      nullCount++;
    }
  }

  /** Appends {@code count} values of a column of the same kind. */
  public final void append(Column source, int from, int count) {
    int at = grow(count);
    copy(source, from, count, at);
    boolean[] theirs = source.nulls();
    if (theirs != null) {
      for (int i = 0; i < count; i++) {
        if (theirs[from + i]) {
          setNull(at + i);
        }
      }
    }
  }

  /** Appends the values at {@code positions[from..from+count)} of a column of the same kind. */
  public final void gather(Column source, int[] positions, int from, int count) {
    int at = grow(count);
    pick(source, positions, from, count, at);
    boolean[] theirs = source.nulls();
    if (theirs != null) {
      for (int i = 0; i < count; i++) {
        if (theirs[positions[from + i]]) {
          setNull(at + i);
        }
      }
    }
  }

  /**
   * Appends values of several columns of the same kind.
   *
   * @param sources the columns
   * @param which of the columns each value is in, the first {@code count} of the array
   * @param rows where in its column each value is
   */
  public final void gather(Column[] sources, int[] which, int[] rows, int count) {
    int at = grow(count);
    pick(sources, which, rows, count, at);
    boolean anyNull = false;
    for (Column source : sources) {
      anyNull |= source.nullCount > 0;
    }
    for (int i = 0; anyNull && i < count; i++) {
      if (sources[which[i]].isNull(rows[i])) {
        setNull(at + i);
      }
    }
  }

  /** Appends an Iceberg generic value, or null. */
  public final void appendValue(@Nullable Object value) {
    if (value == null) {
      appendNull();
    } else {
      appendNonNull(value);
    }
  }

  /** Value {@code i} as an Iceberg generic value, or null. */
  public final @Nullable Object value(int i) {
    return isNull(i) ? null : generic(stored(i));
  }

  /**
   * Values as Iceberg generic values, or null.
   *
   * @param rows where they are, the next {@code count} from {@code from} on
   * @param target takes them, from its beginning on
   */
  public final void generics(int[] rows, int from, int count, @Nullable Object[] target) {
    boolean[] flags = nulls();
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      target[i] = flags != null && flags[row] ? null : generic(stored(row));
    }
  }

  /** The bytes the values take in memory, roughly; what limits of batches count. */
  public abstract long bytes();

  abstract void appendNonNull(Object value);

  /**
   * What value {@code i} is made of: its bits, or where its bytes are. Unspecified for a null.
   * Apart from {@link #generic} because it waits for memory, which several columns can do at once.
   */
  abstract long stored(int i);

  /** The Iceberg generic value made of what is {@link #stored} here. */
  abstract Object generic(long stored);

  abstract int capacity();

  abstract void resize(int capacity);

  /** Gives values that become null an allowed content. */
  abstract void setZero(int at, int count);

  abstract void copy(Column source, int from, int count, int at);

  abstract void pick(Column source, int[] positions, int from, int count, int at);

  abstract void pick(Column[] sources, int[] which, int[] rows, int count, int at);

  /** Makes room for {@code count} more values, counts them in, and returns where they begin. */
  final int grow(int count) {
    int start = size;
    int end = Math.addExact(start, count);
    if (end > capacity()) {
      resize(
          (int)
              Math.min(Integer.MAX_VALUE - 8, Math.max(Math.max(end, LEAST_CAPACITY), start * 2L)));
      if (nulls != null) {
        nulls = Arrays.copyOf(nulls, capacity());
      }
    }
    size = end;
    return start;
  }

  /** A scalar named after this column, for subclasses that convert values. */
  final Scalar scalar() {
    return new Scalar(field.name(), field.type());
  }
}
