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
    return upgraded(codec.decode(memtable.array(entry), memtable.rowOffset(entry)));
  }

  private Record upgraded(Record row) {
    return written == wanted
        ? row
        : RowConversion.row(row, written.schema().asStruct(), wanted.schema().asStruct());
  }

  /**
   * Appends rows to a batch of any columns of the schema wanted.
   *
   * @param arrays where the rows are, the first {@code count} of the array
   * @param starts where in its array each row begins
   */
  void append(byte[][] arrays, int[] starts, int count, ColumnBatch target) {
    if (written == wanted) {
      codec.append(arrays, starts, 0, count, target);
      return;
    }
    for (int i = 0; i < count; i++) {
      Record row = upgraded(codec.decode(arrays[i], starts[i]));
      for (int c = 0; c < target.columnCount(); c++) {
        NestedField column = target.column(c).field();
        target.column(c).appendValue(row.getField(column.name()));
      }
    }
  }
}
