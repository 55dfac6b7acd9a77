package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.KeyList;
import org.apache.iceberg.Schema;

/**
 * The newest versions in a memtable, deletes included, as an input of an ordered scan. Rows are
 * decoded a few at a time, more of them the longer the scan goes on.
 */
final class MemtableSource implements MergeSource {

  private static final int ROWS_AT_FIRST = 32;
  private static final int ROWS_MAX = 1024;

  private final EntryCursor cursor;
  private final MemtableRows rows;
  private final long age;
  private final ColumnBatch batch;
  private final KeyList keys = new KeyList();

  /** Which row of the batch each key has, or -1 for a delete. */
  private final int[] rowOfKey = new int[ROWS_MAX];

  private final byte[][] arrays = new byte[ROWS_MAX][];
  private final int[] starts = new int[ROWS_MAX];
  private int wanted = ROWS_AT_FIRST;
  private int at;
  private boolean ended;

  /**
   * @param cursor over the scan's range, in its direction
   * @param schema the columns to deliver
   * @param age higher than that of every file and every older memtable
   */
  MemtableSource(EntryCursor cursor, MemtableRows rows, Schema schema, long age) {
    this.cursor = cursor;
    this.rows = rows;
    this.batch = ColumnBatch.of(schema);
    this.age = age;
  }

  @Override
  public boolean advance() {
    at++;
    if (at >= keys.size()) {
      load();
    }
    return at < keys.size();
  }

  private void load() {
    keys.clear();
    batch.clear();
    at = 0;
    int count = 0;
    while (!ended && keys.size() < wanted) {
      if (!cursor.next()) {
        ended = true;
        break;
      }
      if (cursor.isDelete()) {
        rowOfKey[keys.size()] = -1;
      } else {
        rowOfKey[keys.size()] = count;
        arrays[count] = cursor.array();
        starts[count++] = cursor.rowOffset();
      }
      keys.add(cursor.array(), cursor.keyOffset(), cursor.keyLength());
    }
    rows.append(arrays, starts, count, batch);
    wanted = Math.min(ROWS_MAX, 2 * wanted);
  }

  @Override
  public byte[] keyBytes() {
    return keys.data();
  }

  @Override
  public int keyOffset() {
    return keys.offset(at);
  }

  @Override
  public int keyLength() {
    return keys.length(at);
  }

  @Override
  public boolean isDelete() {
    return rowOfKey[at] < 0;
  }

  @Override
  public long age() {
    return age;
  }

  @Override
  public ColumnBatch batch() {
    return batch;
  }

  @Override
  public int row() {
    return rowOfKey[at];
  }

  @Override
  public boolean isLastOfBatch() {
    return at + 1 >= keys.size();
  }

  @Override
  public void close() {
    // The memtable belongs to the super-version, which the scan holds.
  }
}
