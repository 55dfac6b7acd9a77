package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.RowCodec;

/** The newest versions in a memtable, deletes included, as an input of an ordered scan. */
final class MemtableSource implements MergeSource {

  private final EntryCursor cursor;
  private final RowCodec rows;
  private final long age;
  private final byte[][] array = new byte[1][];
  private final int[] start = new int[1];

  /**
   * @param cursor over the scan's range, in its direction
   * @param age higher than that of every file and every older memtable
   */
  MemtableSource(EntryCursor cursor, RowCodec rows, long age) {
    this.cursor = cursor;
    this.rows = rows;
    this.age = age;
  }

  @Override
  public boolean advance() {
    return cursor.next();
  }

  @Override
  public byte[] keyBytes() {
    return cursor.array();
  }

  @Override
  public int keyOffset() {
    return cursor.keyOffset();
  }

  @Override
  public int keyLength() {
    return cursor.keyLength();
  }

  @Override
  public boolean isDelete() {
    return cursor.isDelete();
  }

  @Override
  public long age() {
    return age;
  }

  @Override
  public void appendTo(ColumnBatch target) {
    array[0] = cursor.array();
    start[0] = cursor.rowOffset();
    rows.append(array, start, 0, 1, target);
  }

  @Override
  public void close() {
    // The memtable belongs to the super-version, which the scan holds.
  }
}
