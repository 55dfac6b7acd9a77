package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.format.FoundKey;
import io.firn.format.KeyList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the rows in data files that a set of keys replaces. Reads key columns only; files are
 * skipped by key range, pages by filter and index.
 */
final class MaskResolver {

  private MaskResolver() {}

  /**
   * Searches files for keys.
   *
   * @param keys ascending
   * @param files the files to search; positions their deletion vectors already mask are not
   *     reported
   */
  static PreparedMasks resolve(KeyList keys, Collection<FileView> files) {
    Map<String, DeletionVector> searched = new HashMap<>();
    Map<String, DeletionVector> found = new HashMap<>();
    for (FileView file : files) {
      searched.put(file.live().path(), file.deleted());
      DeletionVector masked = resolve(keys, file);
      if (!masked.isEmpty()) {
        found.put(file.live().path(), masked);
      }
    }
    return new PreparedMasks(searched, found);
  }

  /** The positions of one file's live rows with any of the keys. */
  static DeletionVector resolve(KeyList keys, FileView file) {
    DeletionVector.Builder positions = DeletionVector.builder();
    find(keys, file, (key, position) -> positions.add(position));
    return positions.build();
  }

  /**
   * Finds one file's live rows with any of the keys.
   *
   * @param keys ascending
   */
  static void find(KeyList keys, FileView file, FoundKey sink) {
    if (keys.isEmpty() || file.live().liveRows() == 0) {
      return;
    }
    int from = keys.lowerBound(file.firstKey());
    int to = keys.lowerBound(file.lastKey(), from, keys.size());
    if (to < keys.size() && keys.compare(to, file.lastKey()) == 0) {
      to++;
    }
    if (from >= to) {
      return;
    }
    DeletionVector deleted = file.deleted();
    file.reader()
        .find(
            keys,
            from,
            to,
            (key, position) -> {
              if (!deleted.contains(position)) {
                sink.found(key, position);
              }
            });
  }
}
