package io.firn.compaction;

import io.firn.catalog.LiveFile;
import io.firn.format.DataFileReaders;
import io.firn.format.TableSchema;

/** Says which keys a data file holds. Safe for use by many threads. */
@FunctionalInterface
public interface KeyRanges {

  /** The first and last key of a file, deleted rows included; empty if it has no rows. */
  KeyRange range(LiveFile file, TableSchema schema);

  /**
   * Asks the files themselves, once each. The answers take little memory and are kept as long as
   * the object.
   */
  static KeyRanges of(DataFileReaders readers) {
    return new ReaderKeyRanges(readers);
  }
}
