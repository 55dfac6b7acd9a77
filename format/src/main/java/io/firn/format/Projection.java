package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * The columns to read from data files, in the order wanted. Columns are matched to those of a file
 * by field id. A column that the file lacks is filled with the field's initial default, or null;
 * values are promoted to the type asked for (int to long, float to double, decimals to a larger
 * precision). Nested fields may be projected in part.
 *
 * <p>The row lineage columns {@code _row_id} and {@code _last_updated_sequence_number} may be asked
 * for; they are null where the file does not store them.
 *
 * <p>Immutable. Readers remember how a projection maps to their file, so keep and reuse it.
 */
public final class Projection {

  private final Schema schema;
  private final @Nullable RowCodec rows;

  private Projection(Schema schema, @Nullable RowCodec rows) {
    this.schema = schema;
    this.rows = rows;
  }

  /**
   * @param table the table
   * @param projected the columns wanted, with the field ids of the table
   * @throws InvalidArgumentException if the table has no such column
   */
  public static Projection of(TableSchema table, Schema projected) {
    for (NestedField field : projected.columns()) {
      if (table.schema().findField(field.fieldId()) == null && !isLineage(field.fieldId())) {
        throw new InvalidArgumentException(
            "the table has no column " + field.name() + " (field id " + field.fieldId() + ")");
      }
    }
    return new Projection(projected, null);
  }

  /** All columns of the table. */
  public static Projection all(TableSchema table) {
    return new Projection(table.schema(), table.rows());
  }

  /** All columns of the table, then {@code _row_id} and {@code _last_updated_sequence_number}. */
  public static Projection withLineage(TableSchema table) {
    List<NestedField> fields = new ArrayList<>(table.schema().columns());
    fields.add(MetadataColumns.ROW_ID);
    fields.add(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    return new Projection(new Schema(fields), null);
  }

  /** The schema of the rows read. */
  public Schema schema() {
    return schema;
  }

  /** True of all columns of a table. */
  boolean isWhole() {
    return rows != null;
  }

  /** The encoding of these rows; only if they are all of a table's columns. */
  RowCodec rows() {
    RowCodec codec = rows;
    if (codec == null) {
      throw new IllegalArgumentException("Not all columns of a table");
    }
    return codec;
  }

  private static boolean isLineage(int fieldId) {
    return fieldId == MetadataColumns.ROW_ID.fieldId()
        || fieldId == MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId();
  }
}
