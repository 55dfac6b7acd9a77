package io.firn.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Iceberg schemas as Arrow schemas. Every field carries its Iceberg field id in its metadata, under
 * the key that Parquet readers use for it.
 */
final class ArrowSchemas {

  private static final String FIELD_ID = "PARQUET:field_id";

  private ArrowSchemas() {}

  static org.apache.arrow.vector.types.pojo.Schema of(Schema schema) {
    return new org.apache.arrow.vector.types.pojo.Schema(
        schema.columns().stream().map(ArrowSchemas::field).toList());
  }

  private static Field field(NestedField field) {
    return field(field.name(), field.isOptional(), field.type(), field.fieldId());
  }

  private static Field field(String name, boolean nullable, Type type, int fieldId) {
    FieldType fieldType =
        new FieldType(nullable, arrowType(type), null, Map.of(FIELD_ID, Integer.toString(fieldId)));
    return new Field(name, fieldType, children(type));
  }

  private static List<Field> children(Type type) {
    return switch (type.typeId()) {
      case STRUCT -> type.asStructType().fields().stream().map(ArrowSchemas::field).toList();
      case LIST -> {
        Types.ListType list = type.asListType();
        yield List.of(
            field("element", list.isElementOptional(), list.elementType(), list.elementId()));
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        List<Field> entry = new ArrayList<>();
        entry.add(field("key", false, map.keyType(), map.keyId()));
        entry.add(field("value", map.isValueOptional(), map.valueType(), map.valueId()));
        yield List.of(
            new Field("entries", FieldType.notNullable(ArrowType.Struct.INSTANCE), entry));
      }
      default -> List.of();
    };
  }

  private static ArrowType arrowType(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> ArrowType.Bool.INSTANCE;
      case INTEGER -> new ArrowType.Int(32, true);
      case LONG -> new ArrowType.Int(64, true);
      case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case DATE -> new ArrowType.Date(DateUnit.DAY);
      case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
      case TIMESTAMP ->
          new ArrowType.Timestamp(
              TimeUnit.MICROSECOND,
              ((Types.TimestampType) type).shouldAdjustToUTC() ? "UTC" : null);
      case TIMESTAMP_NANO ->
          new ArrowType.Timestamp(
              TimeUnit.NANOSECOND,
              ((Types.TimestampNanoType) type).shouldAdjustToUTC() ? "UTC" : null);
      case STRING -> ArrowType.Utf8.INSTANCE;
      case BINARY -> ArrowType.Binary.INSTANCE;
      case UUID -> new ArrowType.FixedSizeBinary(16);
      case FIXED -> new ArrowType.FixedSizeBinary(((Types.FixedType) type).length());
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new ArrowType.Decimal(decimal.precision(), decimal.scale(), 128);
      }
      case STRUCT -> ArrowType.Struct.INSTANCE;
      case LIST -> ArrowType.List.INSTANCE;
      case MAP -> new ArrowType.Map(false);
      case UNKNOWN -> ArrowType.Null.INSTANCE;
      default -> throw new IllegalArgumentException("Arrow has no type for " + type);
    };
  }
}
