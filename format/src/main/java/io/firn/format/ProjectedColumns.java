package io.firn.format;

import io.firn.error.SchemaMismatchException;
import java.util.List;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericDataUtil;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** A projection as one file answers it: each column from the file, or the same for all rows. */
final class ProjectedColumns {

  private final Projection projection;
  private final @Nullable FileColumn[] columns;
  private final @Nullable Object[] constants;
  private final GenericRecord template;
  private final int rowBytes;

  /**
   * @param path the file, for messages
   * @param opener gives the file's columns, or null for one the file lacks
   */
  ProjectedColumns(
      Projection projection, String path, Function<NestedField, @Nullable FileColumn> opener) {
    this.projection = projection;
    List<NestedField> fields = projection.schema().columns();
    this.columns = new @Nullable FileColumn[fields.size()];
    this.constants = new @Nullable Object[fields.size()];
    this.template = GenericRecord.create(projection.schema());
    for (int i = 0; i < columns.length; i++) {
      NestedField field = fields.get(i);
      columns[i] = opener.apply(field);
      if (columns[i] == null) {
        constants[i] = constant(field, path);
        template.set(i, constants[i]);
      }
    }
    this.rowBytes = rowBytes(columns);
  }

  private static int rowBytes(@Nullable FileColumn[] columns) {
    int bytes = 0;
    for (FileColumn column : columns) {
      int width = column == null ? 0 : column.width();
      if (width < 0) {
        return -1;
      }
      bytes += width;
    }
    return bytes;
  }

  private static @Nullable Object constant(NestedField field, String path) {
    if (field.initialDefault() != null) {
      return GenericDataUtil.internalToGeneric(field.type(), field.initialDefault());
    }
    if (field.isRequired()) {
      throw new SchemaMismatchException(
          path + " lacks the required column " + field.name() + ", which has no initial default");
    }
    return null;
  }

  Projection projection() {
    return projection;
  }

  Schema schema() {
    return projection.schema();
  }

  int count() {
    return columns.length;
  }

  /** The file's column, or null if {@link #constant} holds for all rows. */
  @Nullable FileColumn column(int i) {
    return columns[i];
  }

  @Nullable Object constant(int i) {
    return constants[i];
  }

  /** What a row of these columns takes in memory; -1 if not all rows take the same. */
  int rowBytes() {
    return rowBytes;
  }

  /**
   * The row at a position.
   *
   * <p>Its values lie in as many places of memory as there are columns, few of them in a cache of
   * the processor. They are approached in steps, each for all columns, so that the waiting for
   * memory overlaps.
   */
  GenericRecord read(long position) {
    int count = columns.length;
    Column[] pages = new Column[count];
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      FileColumn column = columns[i];
      if (column != null) {
        int page = column.pages.pageOf(position);
        int row = (int) (position - column.pages.firstRow(page));
        Column kept = column.kept(page);
        pages[i] = kept == null ? column.alone(page, row) : kept;
        rows[i] = kept == null ? 0 : row;
      }
    }
    long[] stored = new long[count];
    for (int i = 0; i < count; i++) {
      if (columns[i] != null) {
        stored[i] = pages[i].stored(rows[i]);
      }
    }
    GenericRecord record = template.copy();
    for (int i = 0; i < count; i++) {
      if (columns[i] != null) {
        record.set(i, pages[i].isNull(rows[i]) ? null : pages[i].generic(stored[i]));
      }
    }
    return record;
  }

  /** The rows in {@code [from, to)}, few enough for one batch. Keeps no pages. */
  ColumnBatch read(long from, long to) {
    ColumnBatch rows = ColumnBatch.of(schema());
    for (int i = 0; i < columns.length; i++) {
      FileColumn column = columns[i];
      Column target = rows.column(i);
      if (column != null) {
        new ColumnCursor(column, false, to).copy(from, to, target);
      } else {
        for (long row = from; row < to; row++) {
          target.appendValue(constants[i]);
        }
      }
    }
    return rows;
  }
}
