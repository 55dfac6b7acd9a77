package io.firn.compaction;

import io.firn.catalog.LiveFile;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.TableSchema;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Key ranges read from the files, remembered by path: files never change. */
final class ReaderKeyRanges implements KeyRanges {

  private static final int REMEMBERED_MAX = 100_000;

  private final DataFileReaders readers;
  private final Map<String, KeyRange> known = new ConcurrentHashMap<>();

  ReaderKeyRanges(DataFileReaders readers) {
    this.readers = readers;
  }

  @Override
  public KeyRange range(LiveFile file, TableSchema schema) {
    KeyRange range = known.get(file.path());
    if (range == null) {
      range = read(file, schema);
      if (known.size() >= REMEMBERED_MAX) {
        // Mostly files that are long gone; what is live is read again, a footer each.
        known.clear();
      }
      known.put(file.path(), range);
    }
    return range;
  }

  private KeyRange read(LiveFile file, TableSchema schema) {
    if (file.rowCount() == 0) {
      return KeyRange.EMPTY;
    }
    try (DataFileReader reader = readers.open(file.path(), file.lengthBytes(), schema)) {
      byte[] first = reader.firstKey();
      byte[] last = reader.lastKey();
      return first == null || last == null ? KeyRange.EMPTY : KeyRange.of(first, last);
    }
  }
}
