package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.util.List;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Values are taken from rows by position. A {@link Record} also knows the names of its columns: one
 * that was made for other columns, or for the same in another order, is refused rather than stored
 * under wrong names. Safe for use by several threads.
 */
final class RecordShape {

  private final StructType expected;

  /** The last struct that was compared and fits. Immutable, so a race costs a comparison only. */
  private @Nullable StructType fitting;

  RecordShape(StructType expected) {
    this.expected = expected;
  }

  /**
   * Checks a row's columns if it knows them.
   *
   * @throws InvalidArgumentException naming the first column that differs
   */
  @SuppressWarnings("ReferenceEquality") // Equality is what the comparison is for; this saves it.
  void check(StructLike row) {
    if (row instanceof Record record && record.struct() != fitting) {
      compare("", expected, record.struct());
      fitting = record.struct();
    }
  }

  private static void compare(String path, StructType expected, StructType found) {
    List<NestedField> columns = expected.fields();
    for (int i = 0; i < columns.size(); i++) {
      NestedField column = columns.get(i);
      NestedField of = i < found.fields().size() ? found.fields().get(i) : null;
      if (of == null || !of.name().equals(column.name())) {
        throw new InvalidArgumentException(
            "The row's column "
                + (i + 1)
                + " must be "
                + path
                + column.name()
                + (of == null ? ", but it is missing" : ", not " + path + of.name())
                + ". Make records with the schema of the table");
      }
      compareTypes(path + column.name() + ".", column.type(), of.type());
    }
    if (found.fields().size() > columns.size()) {
      throw new InvalidArgumentException(
          "The table has no column " + path + found.fields().get(columns.size()).name());
    }
  }

  private static void compareTypes(String path, Type expected, Type found) {
    if (expected.isStructType() && found.isStructType()) {
      compare(path, expected.asStructType(), found.asStructType());
    } else if (expected.isListType() && found.isListType()) {
      compareTypes(
          path + "element.", expected.asListType().elementType(), found.asListType().elementType());
    } else if (expected.isMapType() && found.isMapType()) {
      compareTypes(path + "key.", expected.asMapType().keyType(), found.asMapType().keyType());
      compareTypes(
          path + "value.", expected.asMapType().valueType(), found.asMapType().valueType());
    }
    // Whether a value has its column's type is checked value by value.
  }
}
