package io.firn.format;

import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** What columns an open file has and where their pages are. Safe for use by several threads. */
interface FileLayout {

  long rowCount();

  /** Firn's index, or null if the file has none. */
  @Nullable DataFileIndex index();

  /**
   * A top-level column to read values of a type from.
   *
   * @param wanted the column and the type its values are wanted in
   * @return null if the file lacks the column
   * @throws io.firn.error.SchemaMismatchException if the file's type cannot become the one wanted
   */
  @Nullable FileColumn open(NestedField wanted, PageCache cache);

  /** What is known of the values of each page of a column; null if nothing is. */
  @Nullable PageBounds bounds(int fieldId);

  /** The bytes this takes in memory, roughly. */
  long bytes();
}
