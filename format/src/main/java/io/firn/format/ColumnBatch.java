package io.firn.format;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Rows column by column: one {@link Column} for each top-level column of a schema, all of the same
 * size. Not safe for use by several threads; safe to read by several once nobody writes.
 *
 * <p>Columns may be appended to one after another; until each has the same size the batch is being
 * filled and {@link #rowCount()} must not be asked.
 */
public final class ColumnBatch {

  private final Schema schema;
  private final Column[] columns;
  private final Map<Integer, Integer> indexByFieldId = new HashMap<>();

  private ColumnBatch(Schema schema) {
    this.schema = schema;
    List<NestedField> fields = schema.columns();
    this.columns = new Column[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = Column.of(fields.get(i));
      indexByFieldId.put(fields.get(i).fieldId(), i);
    }
  }

  /** An empty batch of rows of {@code schema}. */
  public static ColumnBatch of(Schema schema) {
    return new ColumnBatch(schema);
  }

  /** The rows' schema. */
  public Schema schema() {
    return schema;
  }

  /** The number of columns. */
  public int columnCount() {
    return columns.length;
  }

  /** Column {@code i} of the schema. */
  public Column column(int i) {
    return columns[i];
  }

  /** Where the top-level column with this Iceberg field id is, or -1. */
  public int indexOf(int fieldId) {
    return indexByFieldId.getOrDefault(fieldId, -1);
  }

  /** The number of rows. */
  public int rowCount() {
    if (columns.length == 0) {
      return 0;
    }
    int rows = columns[0].size();
    for (Column column : columns) {
      if (column.size() != rows) {
        throw new IllegalStateException(
            "Column "
                + column.field().name()
                + " has "
                + column.size()
                + " values, "
                + columns[0].field().name()
                + " has "
                + rows);
      }
    }
    return rows;
  }

  /** The bytes the rows take in memory, roughly. */
  public long bytes() {
    long bytes = 0;
    for (Column column : columns) {
      bytes += column.bytes();
    }
    return bytes;
  }

  /** Forgets all rows and keeps the memory. */
  public void clear() {
    for (Column column : columns) {
      column.clear();
    }
  }

  /** Appends a row of Iceberg generic values in the schema's column order. */
  public void append(StructLike row) {
    for (int i = 0; i < columns.length; i++) {
      columns[i].appendValue(row.get(i, Object.class));
    }
  }

  /**
   * Appends rows of several batches with the same columns.
   *
   * @param sources the batches
   * @param which of the batches each row is in, the first {@code count} of the array
   * @param rows where in its batch each row is
   */
  public void gather(ColumnBatch[] sources, int[] which, int[] rows, int count) {
    Column[] theirs = new Column[sources.length];
    for (int i = 0; i < columns.length; i++) {
      for (int source = 0; source < sources.length; source++) {
        theirs[source] = sources[source].columns[i];
      }
      columns[i].gather(theirs, which, rows, count);
    }
  }

  /** A view of one row, valid until the batch changes. Its values are Iceberg generic values. */
  public StructLike row(int row) {
    return new RowView(row);
  }

  /** A copy of one row. */
  public Record record(int row) {
    GenericRecord record = GenericRecord.create(schema);
    for (int i = 0; i < columns.length; i++) {
      record.set(i, columns[i].value(row));
    }
    return record;
  }

  private final class RowView implements StructLike {
    private final int row;

    RowView(int row) {
      this.row = row;
    }

    @Override
    public int size() {
      return columns.length;
    }

    @Override
    public <T> @Nullable T get(int position, Class<T> javaClass) {
      return javaClass.cast(columns[position].value(row));
    }

    @Override
    public <T> void set(int position, T value) {
      throw new UnsupportedOperationException("A row of a batch is read-only");
    }
  }
}
