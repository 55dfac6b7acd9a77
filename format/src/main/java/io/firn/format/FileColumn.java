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

  /** A decoded page, which is not kept from now on if it was not before. Not to be changed. */
  final Column pageOnce(int page) {
    Column kept = kept(page);
    return kept == null ? decoded(page) : kept;
  }

  private Column decoded(int page) {
    Column decoded = Column.of(field);
    byte[] bytes = readsForItself() ? NONE : file.read(pages.offset(page), pages.length(page));
    decode(page, bytes, 0, decoded);
    return decoded;
  }

  /** A decoded page if it is kept, or null. Not to be changed. */
  final @Nullable Column kept(int page) {
    return (Column) slots.find(page);
  }

  /**
   * Decodes a page, appending its values.
   *
   * @param bytes bytes of the file, with those of the page from {@code from} on; not looked at if
   *     the column {@link #readsForItself}
   * @throws io.firn.error.CorruptionException if they are damaged
   */
  abstract void decode(int page, byte[] bytes, int from, Column target);

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
    PhysicalKind kind = PhysicalKind.of(field.type());
    return kind != PhysicalKind.BYTES && kind != PhysicalKind.OBJECT;
  }
}
