package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.format.RowScan;

/** Picks the rows of a file's batch that are not masked. */
final class LiveRows {

  private LiveRows() {}

  /**
   * Fills {@code selection} with the indexes of the current batch's rows that a deletion vector
   * does not mask, ascending.
   *
   * @return how many they are
   */
  static int select(RowScan scan, DeletionVector deleted, int[] selection) {
    int rows = scan.batch().rowCount();
    long first = scan.position();
    if (!scan.inFileOrder()) {
      return selectScattered(scan, deleted, selection);
    }
    return deleted.selectLive(first, rows, selection);
  }

  /** For batches of a file that is not sorted, whose rows stand here and there. */
  private static int selectScattered(RowScan scan, DeletionVector deleted, int[] selection) {
    int rows = scan.batch().rowCount();
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (!deleted.contains(scan.position(row))) {
        selection[count++] = row;
      }
    }
    return count;
  }
}
