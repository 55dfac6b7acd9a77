package io.firn.format;

import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * The way of a column's values from what a file stores to the type that is wanted: first to the
 * Iceberg type the file has, then to the wider one.
 *
 * @param reading to the file's Iceberg type; null if nothing has to be done
 * @param stored the file's Iceberg type
 * @param promoting to the type wanted; null if nothing has to be done
 */
record Conversions(@Nullable Conversion reading, Type stored, @Nullable Conversion promoting) {

  /**
   * @throws io.firn.error.SchemaMismatchException if there is no way
   */
  static Conversions of(PrimitiveType parquet, Type stored, Type wanted) {
    return new Conversions(
        Conversion.reading(parquet, stored), stored, Conversion.promoting(stored, wanted));
  }

  boolean isEmpty() {
    return reading == null && promoting == null;
  }

  /** Appends all of {@code raw}; there must be something to be done. */
  void convert(Column raw, Column target) {
    if (promoting == null) {
      first(reading, promoting).convert(raw, 0, raw.size(), target);
    } else if (reading == null) {
      promoting.convert(raw, 0, raw.size(), target);
    } else {
      Column middle = Column.of(NestedField.optional(1, target.field().name(), stored));
      reading.convert(raw, 0, raw.size(), middle);
      promoting.convert(middle, 0, middle.size(), target);
    }
  }

  private static Conversion first(@Nullable Conversion a, @Nullable Conversion b) {
    Conversion found = a != null ? a : b;
    if (found == null) {
      throw new IllegalStateException("nothing to convert");
    }
    return found;
  }
}
