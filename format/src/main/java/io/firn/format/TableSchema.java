package io.firn.format;

import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * An Iceberg schema with a primary key, and the codecs that follow from it. Immutable and safe for
 * use by several threads.
 *
 * <p>Key columns are top-level and required and have any primitive type but float and double.
 */
public final class TableSchema {

  private static final Set<Type.TypeID> UNSUPPORTED =
      Set.of(Type.TypeID.VARIANT, Type.TypeID.GEOMETRY, Type.TypeID.GEOGRAPHY);

  private final Schema schema;
  private final Schema lineageSchema;
  private final List<NestedField> keyFields;
  private final int[] keyPositions;
  private final KeyCodec keys;
  private final RowCodec rows;

  private TableSchema(Schema schema, List<Integer> keyFieldIds) {
    this.schema = schema;
    refuseUnsupported(schema);
    List<NestedField> fields = new ArrayList<>();
    this.keyPositions = new int[keyFieldIds.size()];
    for (int id : keyFieldIds) {
      NestedField field = checkedKeyField(schema, id);
      if (fields.contains(field)) {
        throw new SchemaMismatchException("Column " + field.name() + " is twice in the key");
      }
      keyPositions[fields.size()] = schema.columns().indexOf(field);
      fields.add(field);
    }
    if (fields.isEmpty()) {
      throw new SchemaMismatchException(
          "The table has no primary key; name the key columns or set Iceberg identifier fields");
    }
    this.keyFields = List.copyOf(fields);
    this.keys = new KeyCodec(keyFields, keyPositions);
    this.rows = new RowCodec(schema);
    List<NestedField> columns = new ArrayList<>(schema.columns());
    columns.add(MetadataColumns.ROW_ID);
    columns.add(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    this.lineageSchema = new Schema(columns);
  }

  /**
   * A schema whose key is these columns in this order.
   *
   * @throws SchemaMismatchException if a column cannot be part of a key, or there is none
   * @throws UnsupportedFeatureException if a column has a type Firn does not store
   */
  public static TableSchema of(Schema schema, List<Integer> keyFieldIds) {
    return new TableSchema(schema, keyFieldIds);
  }

  /** A schema whose key is its identifier fields in column order. */
  public static TableSchema of(Schema schema) {
    Set<Integer> identifiers = schema.identifierFieldIds();
    List<Integer> ids = new ArrayList<>();
    for (NestedField column : schema.columns()) {
      if (identifiers.contains(column.fieldId())) {
        ids.add(column.fieldId());
      }
    }
    for (int id : identifiers) {
      if (!ids.contains(id)) {
        ids.add(id); // nested: refused by name
      }
    }
    return new TableSchema(schema, ids);
  }

  /** The Iceberg schema. */
  public Schema schema() {
    return schema;
  }

  /**
   * The schema of a data file that keeps row lineage: the table's columns, then {@code _row_id} and
   * {@code _last_updated_sequence_number}, both optional.
   */
  public Schema lineageSchema() {
    return lineageSchema;
  }

  /** The key columns in key order. */
  public List<NestedField> keyFields() {
    return keyFields;
  }

  /** Where the key columns stand among the schema's columns, in key order. */
  public int[] keyPositions() {
    return keyPositions.clone();
  }

  /** The encoding of keys. */
  public KeyCodec keys() {
    return keys;
  }

  /** The encoding of rows. */
  public RowCodec rows() {
    return rows;
  }

  private static NestedField checkedKeyField(Schema schema, int id) {
    NestedField field = schema.findField(id);
    if (field == null) {
      throw new SchemaMismatchException("The key names field id " + id + ", which no column has");
    }
    String name = schema.findColumnName(id);
    if (!schema.columns().contains(field)) {
      throw new SchemaMismatchException(
          "Column " + name + " is nested and cannot be part of the key");
    }
    if (!PhysicalKind.supportsKeys(field.type())) {
      throw new SchemaMismatchException(
          "Column " + name + " of type " + field.type() + " cannot be part of the key");
    }
    if (field.isOptional()) {
      throw new SchemaMismatchException(
          "Column " + name + " is optional and cannot be part of the key; make it required");
    }
    return field;
  }

  private static void refuseUnsupported(Schema schema) {
    TypeUtil.indexById(schema.asStruct())
        .values()
        .forEach(
            field -> {
              if (UNSUPPORTED.contains(field.type().typeId())) {
                throw new UnsupportedFeatureException(
                    "Column "
                        + schema.findColumnName(field.fieldId())
                        + ": type "
                        + field.type()
                        + " is not supported");
              }
            });
  }
}
