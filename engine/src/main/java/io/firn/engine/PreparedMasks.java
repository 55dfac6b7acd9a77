package io.firn.engine;

import io.firn.catalog.DeletionVector;
import java.util.Map;
import java.util.Set;

/**
 * The rows of older files that a memtable's keys replace or delete, as found against one version of
 * the table.
 *
 * @param searched the paths of all files that were searched
 * @param newlyDeleted by path, the positions found; files without any are left out
 */
record PreparedMasks(Set<String> searched, Map<String, DeletionVector> newlyDeleted) {

  PreparedMasks {
    searched = Set.copyOf(searched);
    newlyDeleted = Map.copyOf(newlyDeleted);
  }
}
