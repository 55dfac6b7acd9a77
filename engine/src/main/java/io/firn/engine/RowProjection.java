package io.firn.engine;

import io.firn.format.ColumnBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Delivers rows of the columns read as records of the columns asked for; nested values lose the
 * fields not asked for.
 */
final class RowProjection {

  private final GenericRecord template;
  private final int[] sources;
  private final Type[] from;
  private final Type[] to;
  private final boolean[] pruned;

  RowProjection(Schema read, Schema output) {
    this.template = GenericRecord.create(output);
    List<NestedField> columns = output.columns();
    this.sources = new int[columns.size()];
    this.from = new Type[columns.size()];
    this.to = new Type[columns.size()];
    this.pruned = new boolean[columns.size()];
    for (int i = 0; i < sources.length; i++) {
      NestedField wanted = columns.get(i);
      for (int j = 0; j < read.columns().size(); j++) {
        if (read.columns().get(j).fieldId() == wanted.fieldId()) {
          sources[i] = j;
        }
      }
      from[i] = read.columns().get(sources[i]).type();
      to[i] = wanted.type();
      pruned[i] = !from[i].equals(to[i]);
    }
  }

  /** One row of a batch as a record of its own. */
  Record record(ColumnBatch batch, int row) {
    GenericRecord record = template.copy();
    for (int i = 0; i < sources.length; i++) {
      Object value = batch.column(sources[i]).value(row);
      record.set(i, pruned[i] ? prune(value, from[i], to[i]) : value);
    }
    return record;
  }

  /** The batch that holds a column asked for. */
  int source(int column) {
    return sources[column];
  }

  /** A nested value without the fields that {@code to} lacks. */
  static @Nullable Object prune(@Nullable Object value, Type from, Type to) {
    if (value == null || from.equals(to)) {
      return value;
    }
    return switch (from.typeId()) {
      case STRUCT -> pruneStruct((StructLike) value, from.asStructType(), to.asStructType());
      case LIST -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : (List<?>) value) {
          elements.add(
              prune(element, from.asListType().elementType(), to.asListType().elementType()));
        }
        yield elements;
      }
      case MAP -> {
        Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
        ((Map<?, ?>) value)
            .forEach(
                (key, element) ->
                    entries.put(
                        key,
                        prune(element, from.asMapType().valueType(), to.asMapType().valueType())));
        yield entries;
      }
      default -> value;
    };
  }

  private static Record pruneStruct(StructLike value, Types.StructType from, Types.StructType to) {
    GenericRecord record = GenericRecord.create(to);
    for (int i = 0; i < to.fields().size(); i++) {
      NestedField wanted = to.fields().get(i);
      for (int j = 0; j < from.fields().size(); j++) {
        NestedField field = from.fields().get(j);
        if (field.fieldId() == wanted.fieldId()) {
          record.set(i, prune(value.get(j, Object.class), field.type(), wanted.type()));
        }
      }
    }
    return record;
  }
}
