package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.LiveFile;
import io.firn.error.CorruptionException;
import io.firn.format.DataFileReader;
import io.firn.format.KeyFilter;
import io.firn.format.KeyProbe;
import org.jspecify.annotations.Nullable;

/**
 * A live data file as one version of the table sees it: an open reader, and the rows masked in that
 * version.
 *
 * @param live what the version says of the file
 * @param reader pinned until the {@link FileSet} that holds this view is released
 * @param firstKey its smallest key
 * @param lastKey its largest key
 * @param filter the reader's; null if it has none
 * @param deleted the rows that readers leave out: those of its deletion vector, and those that only
 *     the version's {@link Settlement} masks
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves the engine
record FileView(
    LiveFile live,
    DataFileReader reader,
    byte[] firstKey,
    byte[] lastKey,
    @Nullable KeyFilter filter,
    DeletionVector deleted) {

  /** False if surely no row has the key. */
  boolean mayContain(KeyProbe key) {
    return filter == null || filter.mayContain(key);
  }

  /** This file with more rows to leave out. */
  FileView masking(DeletionVector more) {
    return more.isEmpty()
        ? this
        : new FileView(live, reader, firstKey, lastKey, filter, deleted.union(more));
  }

  /** A file that has rows, and so a smallest and a largest key. */
  static FileView of(LiveFile live, DataFileReader reader) {
    byte[] first = reader.firstKey();
    byte[] last = reader.lastKey();
    if (first == null || last == null) {
      throw new CorruptionException(
          live.path(), -1, "the table counts " + live.rowCount() + " rows in it, it has none");
    }
    return new FileView(live, reader, first, last, reader.filter(), live.deleted());
  }
}
