package io.firn.format;

import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A top-level column of an open file: pages that decode to {@link Column}s, and those decoded pages
 * kept for reuse. Safe for use by several threads.
 */
abstract class FileColumn {

  private static final byte[] NONE = {};

  final SourceFile file;
  final NestedField field;
  final ColumnPages pages;
  final PageCache.Slots slots;

  /**
   * @param field the column as the decoded pages have it
   * @param extraSlots how many things besides pages are kept
   */
  FileColumn(
      SourceFile file, NestedField field, ColumnPages pages, PageCache cache, int extraSlots) {
    this.file = file;
    this.field = field;
    this.pages = pages;
    this.slots = cache.slots(pages.pages() + extraSlots);
  }

  /** A decoded page, kept from before or from now on. Not to be changed. */
  final Column page(int page) {
    Column kept = kept(page);
    if (kept != null) {
      return kept;
    }
    Column decoded = decoded(page);
    slots.keep(page, decoded, decoded.bytes());
    return decoded;
  }

  /** The value of one row of a page, alone in a column. */
  final Column alone(int page, int row) {
    Column decoded = Column.of(field);
    decode(page, row, 1, bytes(page), 0, decoded);
    return decoded;
  }

  private Column decoded(int page) {
    Column decoded = Column.of(field);
    decode(page, bytes(page), 0, decoded);
    return decoded;
  }

  private byte[] bytes(int page) {
    return readsForItself() ? NONE : file.read(pages.offset(page), pages.length(page));
  }

  /** A decoded page if it is kept, or null. Not to be changed. */
  final @Nullable Column kept(int page) {
    return (Column) slots.find(page);
  }

  /**
   * Decodes a page, appending its values, as {@link #decode(int, int, int, byte[], int, Column)}
   */
  final void decode(int page, byte[] bytes, int from, Column target) {
    decode(page, 0, pages.rows(page), bytes, from, target);
  }

  /**
   * Decodes some rows of a page, appending their values.
   *
   * @param first the first of them, counted from the page's first row on
   * @param bytes bytes of the file, with those of the page from {@code from} on; not looked at if
   *     the column {@link #readsForItself}
   * @throws io.firn.error.CorruptionException if they are damaged
   */
  abstract void decode(int page, int first, int count, byte[] bytes, int from, Column target);

  /** Whether decoding reads what it needs, because it is not in one place. */
  boolean readsForItself() {
    return false;
  }

  /** Forgets what is kept of the column. */
  void close() {
    slots.clear();
  }

  /** Whether every value takes the same space. */
  final boolean fixedWidth() {
    return width() >= 0;
  }

  /** What a value takes in memory; -1 if not all take the same. */
  final int width() {
    return PhysicalKind.of(field.type()).width();
  }
}
