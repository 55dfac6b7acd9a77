package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.Version;
import java.util.Map;

/**
 * The rows that a version's readers must leave out although no deletion vector masks them yet: what
 * foreign deletes of other kinds delete, and all but the newest row of every key that is there more
 * than once. Every reader of the engine masks them at once; the next commit does for all others.
 *
 * @param version the version it was found for
 * @param masks by path, positions that the file's deletion vector lacks; files without any are left
 *     out
 */
record Settlement(Version version, Map<String, DeletionVector> masks) {

  Settlement {
    masks = Map.copyOf(masks);
  }

  static Settlement nothing(Version version) {
    return new Settlement(version, Map.of());
  }

  DeletionVector masked(String path) {
    return masks.getOrDefault(path, DeletionVector.EMPTY);
  }
}
