package io.firn.format;

import java.util.List;
import org.apache.iceberg.Schema;

/** The key columns of an open file, as encoded keys. Safe for use by several threads. */
final class KeyColumns {

  private final KeyCodec codec;
  private final Schema schema;
  private final List<FileColumn> columns;

  KeyColumns(KeyCodec codec, List<FileColumn> columns) {
    this.codec = codec;
    this.schema = new Schema(codec.keyType().fields());
    this.columns = List.copyOf(columns);
  }

  List<FileColumn> columns() {
    return columns;
  }

  /** Appends the keys of rows {@code [from, to)}. */
  void append(long from, long to, KeyList target) {
    ColumnBatch batch = ColumnBatch.of(schema);
    for (int i = 0; i < columns.size(); i++) {
      FileColumn column = columns.get(i);
      for (long row = from; row < to; ) {
        int page = column.pages.pageOf(row);
        long end = Math.min(to, column.pages.endRow(page));
        Column values = column.kept(page);
        if (values == null) {
          values = Column.of(column.field);
          column.decode(
              page,
              column.file.read(column.pages.offset(page), column.pages.length(page)),
              0,
              values);
        }
        batch
            .column(i)
            .append(values, (int) (row - column.pages.firstRow(page)), (int) (end - row));
        row = end;
      }
    }
    codec.append(batch, 0, (int) (to - from), target);
  }
}
