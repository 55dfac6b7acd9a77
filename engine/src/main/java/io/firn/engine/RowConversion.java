package io.firn.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericDataUtil;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of one schema of a table into rows of another, earlier into current ones or whole into
 * projected ones: fields are matched by id, numbers are widened, fields that are not wanted fall
 * away, and a field that the source lacks has its initial default, or null.
 */
final class RowConversion {

  private RowConversion() {}

  /** A row of {@code from} as a row of {@code to}. */
  static Record row(StructLike source, Types.StructType from, Types.StructType to) {
    GenericRecord record = GenericRecord.create(to);
    List<NestedField> fields = to.fields();
    for (int i = 0; i < fields.size(); i++) {
      NestedField wanted = fields.get(i);
      int position = positionOf(from, wanted.fieldId());
      record.set(
          i,
          position < 0
              ? GenericDataUtil.internalToGeneric(wanted.type(), wanted.initialDefault())
              : value(
                  source.get(position, Object.class),
                  from.fields().get(position).type(),
                  wanted.type()));
    }
    return record;
  }

  private static int positionOf(Types.StructType struct, int fieldId) {
    for (int i = 0; i < struct.fields().size(); i++) {
      if (struct.fields().get(i).fieldId() == fieldId) {
        return i;
      }
    }
    return -1;
  }

  /** A value of type {@code from} as one of type {@code to}. */
  static @Nullable Object value(@Nullable Object value, Type from, Type to) {
    if (value == null || from.equals(to)) {
      return value;
    }
    return switch (to.typeId()) {
      case LONG -> ((Number) value).longValue();
      case DOUBLE -> ((Number) value).doubleValue();
      case STRUCT -> row((StructLike) value, from.asStructType(), to.asStructType());
      case LIST -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : (List<?>) value) {
          elements.add(
              value(element, from.asListType().elementType(), to.asListType().elementType()));
        }
        yield elements;
      }
      case MAP -> {
        Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
        ((Map<?, ?>) value)
            .forEach(
                (key, element) ->
                    entries.put(
                        value(key, from.asMapType().keyType(), to.asMapType().keyType()),
                        value(element, from.asMapType().valueType(), to.asMapType().valueType())));
        yield entries;
      }
      default -> value;
    };
  }
}
