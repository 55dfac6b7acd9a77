package io.firn.engine;

import io.firn.format.ColumnBatch;

/** The newest versions in a memtable, deletes included, as an input of an ordered scan. */
final class MemtableSource implements MergeSource {

  private final EntryCursor cursor;
  private final MemtableRows rows;
  private final long age;

  /**
   * @param cursor over the scan's range, in its direction
   * @param age higher than that of every file and every older memtable
   */
  MemtableSource(EntryCursor cursor, MemtableRows rows, long age) {
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
    rows.append(cursor, target);
  }

  @Override
  public void close() {
    // The memtable belongs to the super-version, which the scan holds.
  }
}
