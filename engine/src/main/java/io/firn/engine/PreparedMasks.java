package io.firn.engine;

import io.firn.catalog.DeletionVector;
import java.util.Map;

/**
 * The rows of older files that a memtable's keys replace or delete, as found against one version of
 * the table.
 *
 * @param searched by the path of every file that was searched, the rows that were left out because
 *     they were masked already
 * @param newlyDeleted by path, the positions found; files without any are left out
 */
record PreparedMasks(
    Map<String, DeletionVector> searched, Map<String, DeletionVector> newlyDeleted) {

  PreparedMasks {
    searched = Map.copyOf(searched);
    newlyDeleted = Map.copyOf(newlyDeleted);
  }

  /**
   * True if a file need not be searched again, now that these of its rows are masked. Another
   * engine's rollback brings masked rows back, and with them keys that were not looked at.
   */
  @SuppressWarnings("ReferenceEquality") // the same object needs no comparison
  boolean covers(String path, DeletionVector masked) {
    DeletionVector then = searched.get(path);
    return then != null && (then == masked || then.minus(masked).isEmpty());
  }
}
