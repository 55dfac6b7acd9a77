package io.firn.engine;

import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The order of columns that a table had when it was opened. A row that does not name its columns is
 * read by position, so it is only safe to take as long as every position, of nested fields too,
 * means the same column. Safe for use by several threads.
 */
final class ColumnOrder {

  private final List<Integer> opened;

  /** The last schema compared, and whether it has the order. One object, so read as one. */
  private volatile Compared last;

  private record Compared(TableSchema schema, boolean same) {}

  ColumnOrder(TableSchema opened) {
    this.opened = fieldIds(opened.schema());
    this.last = new Compared(opened, true);
  }

  /** True if rows made in the order of the opened table are rows of this schema. */
  @SuppressWarnings("ReferenceEquality") // A schema adopted is a new object.
  boolean isThatOf(TableSchema schema) {
    Compared known = last;
    if (known.schema() != schema) {
      known = new Compared(schema, fieldIds(schema.schema()).equals(opened));
      last = known;
    }
    return known.same();
  }

  private static List<Integer> fieldIds(Schema schema) {
    List<Integer> ids = new ArrayList<>();
    addFieldIds(schema.asStruct(), ids);
    return ids;
  }

  private static void addFieldIds(Type.NestedType type, List<Integer> ids) {
    for (NestedField field : type.fields()) {
      ids.add(field.fieldId());
      if (field.type().isNestedType()) {
        addFieldIds(field.type().asNestedType(), ids);
      }
    }
  }
}
