package io.firn.engine;

import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.wal.LogBatch;
import io.firn.format.ByteBuilder;
import java.util.Arrays;

/**
 * The encoded operations of a batch, all in one array, in the form in which log and memtable take
 * them. Not thread safe.
 */
final class EncodedBatch implements LogBatch {

  /** Where an operation's parts begin and end in the encoded bytes: key start, row start, end. */
  private static final int MARKS = 3;

  private final ByteBuilder bytes = new ByteBuilder();
  private int[] marks = new int[MARKS * 4];
  private OpKind[] kinds = new OpKind[4];
  private int size;

  /** Where the bytes of the next operation are to be appended, before {@link #add}. */
  ByteBuilder bytes() {
    return bytes;
  }

  /** Makes the bytes appended since the last operation an operation. */
  void add(OpKind kind, int keyStart, int rowStart) {
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, size * 2);
      marks = Arrays.copyOf(marks, marks.length * 2);
    }
    kinds[size] = kind;
    marks[MARKS * size] = keyStart;
    marks[MARKS * size + 1] = rowStart;
    marks[MARKS * size + 2] = bytes.length();
    size++;
  }

  void clear() {
    bytes.clear();
    size = 0;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public byte[] array() {
    return bytes.array();
  }

  @Override
  public OpKind kind(int i) {
    return kinds[i];
  }

  @Override
  public int keyOffset(int i) {
    return marks[MARKS * i];
  }

  @Override
  public int keyLength(int i) {
    return marks[MARKS * i + 1] - keyOffset(i);
  }

  @Override
  public int rowLength(int i) {
    return marks[MARKS * i + 2] - marks[MARKS * i + 1];
  }
}
