package io.firn.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The writers of all columns of one file. */
final class FileColumns {

  private final List<ColumnWriter> keys = new ArrayList<>();
  private final List<ColumnWriter> others = new ArrayList<>();
  private final List<ChunkPages> chunks = new ArrayList<>();

  /**
   * @param schema the file's columns
   * @param parquetSchema their Parquet form
   * @param keyFields the key columns, whose pages end together
   */
  FileColumns(
      Schema schema,
      MessageType parquetSchema,
      List<NestedField> keyFields,
      WriterOptions options,
      PageCompressor compressor) {
    List<NestedField> nested = new ArrayList<>();
    List<Integer> nestedIndexes = new ArrayList<>();
    List<Type> nestedTypes = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      NestedField field = schema.columns().get(i);
      Type type = typeWithId(parquetSchema, field.fieldId());
      if (type == null) {
        continue; // of type unknown: all null, not stored
      }
      if (!type.isPrimitive()) {
        nested.add(field);
        nestedIndexes.add(i);
        nestedTypes.add(type);
        continue;
      }
      boolean key = keyFields.contains(field);
      ColumnDescriptor descriptor =
          parquetSchema.getColumnDescription(new String[] {type.getName()});
      (key ? keys : others).add(flat(i, descriptor, key, options, compressor));
    }
    if (!nested.isEmpty()) {
      others.add(
          new NestedColumnsWriter(
              nestedIndexes.stream().mapToInt(Integer::intValue).toArray(),
              new Schema(nested),
              new MessageType(parquetSchema.getName(), nestedTypes),
              options,
              compressor));
    }
    Map<String, ChunkPages> byPath = new HashMap<>();
    for (ColumnWriter writer : all()) {
      for (ChunkPages chunk : writer.chunks()) {
        byPath.put(String.join("\0", chunk.column().getPath()), chunk);
      }
    }
    for (ColumnDescriptor column : parquetSchema.getColumns()) {
      ChunkPages chunk = byPath.get(String.join("\0", column.getPath()));
      if (chunk == null) {
        throw new IllegalStateException("Column " + column + " has no writer");
      }
      chunks.add(chunk);
    }
  }

  private static ColumnWriter flat(
      int index,
      ColumnDescriptor descriptor,
      boolean key,
      WriterOptions options,
      PageCompressor compressor) {
    boolean numbered = !key && options.dictionary() == WriterOptions.Dictionary.WHERE_VALUES_REPEAT;
    ValueWriter values =
        new ValueWriter(
            PlainEncoder.of(descriptor.getPrimitiveType()),
            ValueStatistics.of(descriptor.getPrimitiveType()),
            numbered ? ValueDictionary.of(descriptor.getPrimitiveType()) : null);
    return new FlatColumnWriter(
        index,
        descriptor,
        values,
        key ? FlatColumnWriter.Paging.BY_CALLER : FlatColumnWriter.Paging.BY_SIZE,
        options,
        compressor);
  }

  private static @Nullable Type typeWithId(GroupType group, int fieldId) {
    for (Type type : group.getFields()) {
      if (type.getId() != null && type.getId().intValue() == fieldId) {
        return type;
      }
    }
    return null;
  }

  /** The writers of the key columns. */
  List<ColumnWriter> keys() {
    return keys;
  }

  /** The writers of all other columns. */
  List<ColumnWriter> others() {
    return others;
  }

  List<ColumnWriter> all() {
    List<ColumnWriter> all = new ArrayList<>(keys);
    all.addAll(others);
    return all;
  }

  /** The chunks of all leaf columns, in the file's order. */
  List<ChunkPages> chunks() {
    return chunks;
  }

  /** The bytes held for the current row group, roughly. */
  long bufferedBytes() {
    long bytes = 0;
    for (ColumnWriter writer : keys) {
      bytes += writer.bufferedBytes();
    }
    for (ColumnWriter writer : others) {
      bytes += writer.bufferedBytes();
    }
    return bytes;
  }
}
