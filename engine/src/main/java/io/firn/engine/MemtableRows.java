package io.firn.engine;

import io.firn.engine.internal.memtable.Memtable;
import io.firn.format.ColumnBatch;
import io.firn.format.RowCodec;
import io.firn.format.TableSchema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Reads the rows of a memtable as rows of a schema: the one they were encoded with, or a later one
 * of the table. Not thread safe.
 */
final class MemtableRows {

  private final TableSchema written;
  private final TableSchema wanted;
  private final RowCodec codec;
  private final byte[][] array = new byte[1][];
  private final int[] start = new int[1];

  /**
   * @param written the schema of the memtable's rows
   * @param wanted the schema to deliver
   */
  MemtableRows(TableSchema written, TableSchema wanted) {
    this.written = written;
    this.wanted = wanted;
    this.codec = written.rows();
  }

  /** A row as a record of the schema wanted. */
  Record record(Memtable memtable, int entry) {
    return upgraded(codec.decode(memtable.row(entry)));
  }

  private Record upgraded(Record row) {
    return written == wanted
        ? row
        : RowConversion.row(row, written.schema().asStruct(), wanted.schema().asStruct());
  }

  /** Appends the row at the cursor to a batch of any columns of the schema wanted. */
  void append(EntryCursor cursor, ColumnBatch target) {
    if (written == wanted) {
      array[0] = cursor.array();
      start[0] = cursor.rowOffset();
      codec.append(array, start, 0, 1, target);
      return;
    }
    Record row = upgraded(codec.decode(cursor.row()));
    for (int i = 0; i < target.columnCount(); i++) {
      NestedField column = target.column(i).field();
      target.column(i).appendValue(row.getField(column.name()));
    }
  }
}
