package io.firn.format;

import java.util.Arrays;
import org.apache.iceberg.types.Types.NestedField;

/**
 * A column of kind {@link PhysicalKind#BYTES}: all values one after another in one array, with the
 * places where they begin. A null has no bytes.
 */
public final class BytesColumn extends Column {

  private final Scalar scalar;
  private final ByteBuilder data = new ByteBuilder();

  /** One longer than the capacity: value {@code i} is {@code data[offsets[i]..offsets[i+1])}. */
  private int[] offsets = {0};

  BytesColumn(NestedField field) {
    super(field);
    this.scalar = scalar();
  }

  /** The bytes of all values. */
  public byte[] data() {
    return data.array();
  }

  /** Where the values begin; the entry at {@link #size()} is where the last one ends. */
  public int[] offsets() {
    return offsets;
  }

  /** Where value {@code i} begins in {@link #data()}. */
  public int offset(int i) {
    return offsets[i];
  }

  /** The length of value {@code i} in bytes; 0 for a null. */
  public int length(int i) {
    return offsets[i + 1] - offsets[i];
  }

  /** The number of bytes of all values together. */
  public int dataLength() {
    return offsets[size()];
  }

  /** Appends a value. */
  public void append(byte[] source, int offset, int length) {
    data.put(source, offset, length);
    int at = grow(1);
    offsets[at + 1] = data.length();
  }

  /** Makes room for values of so many bytes together at once. */
  void reserve(int dataBytes) {
    data.reserve(dataBytes);
  }

  /**
   * Appends {@code count} values of {@code dataBytes} bytes together, for the caller to fill in:
   * the bytes from the old {@link #dataLength()} on, and the entries of {@link #offsets()} after
   * the old {@link #size()}, of which the last must be the new {@link #dataLength()}.
   */
  public void extend(int count, int dataBytes) {
    data.extend(dataBytes);
    int at = grow(count);
    offsets[at + count] = data.length();
  }

  /** The order of values {@code i} here and {@code j} there as unsigned bytes. */
  public int compare(int i, BytesColumn other, int j) {
    return Arrays.compareUnsigned(
        data(), offsets[i], offsets[i + 1], other.data(), other.offsets[j], other.offsets[j + 1]);
  }

  @Override
  public void clear() {
    super.clear();
    data.clear();
  }

  @Override
  public long bytes() {
    return dataLength() + 4L * size();
  }

  @Override
  void appendNonNull(Object value) {
    int before = data.length();
    try {
      scalar.appendBytes(value, data);
    } catch (RuntimeException e) {
      data.truncate(before);
      throw e;
    }
    int at = grow(1);
    offsets[at + 1] = data.length();
  }

  @Override
  long stored(int i) {
    return (long) offsets[i] << 32 | (offsets[i + 1] - offsets[i]);
  }

  @Override
  Object generic(long stored) {
    return scalar.fromBytes(data(), (int) (stored >>> 32), (int) stored);
  }

  @Override
  int capacity() {
    return offsets.length - 1;
  }

  @Override
  void resize(int capacity) {
    offsets = Arrays.copyOf(offsets, capacity + 1);
  }

  @Override
  void setZero(int at, int count) {
    Arrays.fill(offsets, at + 1, at + count + 1, offsets[at]);
  }

  @Override
  void copy(Column source, int from, int count, int at) {
    BytesColumn theirs = (BytesColumn) source;
    int start = theirs.offsets[from];
    int shift = offsets[at] - start;
    data.put(theirs.data(), start, theirs.offsets[from + count] - start);
    for (int i = 1; i <= count; i++) {
      offsets[at + i] = theirs.offsets[from + i] + shift;
    }
  }

  @Override
  void pick(Column source, int[] positions, int from, int count, int at) {
    BytesColumn theirs = (BytesColumn) source;
    int[] begins = theirs.offsets;
    long total = 0;
    for (int i = 0; i < count; i++) {
      int p = positions[from + i];
      total += begins[p + 1] - begins[p];
    }
    int end = data.extend(Math.toIntExact(total));
    byte[] target = data.array();
    byte[] bytes = theirs.data();
    for (int i = 0; i < count; i++) {
      int p = positions[from + i];
      int length = begins[p + 1] - begins[p];
      ByteBuilder.copy(bytes, begins[p], target, end, length);
      end += length;
      offsets[at + i + 1] = end;
    }
  }

  @Override
  void pick(Column[] sources, int[] which, int[] rows, int count, int at) {
    byte[][] bytes = new byte[sources.length][];
    int[][] begins = new int[sources.length][];
    for (int i = 0; i < sources.length; i++) {
      bytes[i] = ((BytesColumn) sources[i]).data();
      begins[i] = ((BytesColumn) sources[i]).offsets;
    }
    long total = 0;
    for (int i = 0; i < count; i++) {
      int[] begin = begins[which[i]];
      total += begin[rows[i] + 1] - begin[rows[i]];
    }
    int end = data.extend(Math.toIntExact(total));
    byte[] target = data.array();
    for (int i = 0; i < count; i++) {
      int[] begin = begins[which[i]];
      int from = begin[rows[i]];
      int length = begin[rows[i] + 1] - from;
      ByteBuilder.copy(bytes[which[i]], from, target, end, length);
      end += length;
      offsets[at + i + 1] = end;
    }
  }
}
