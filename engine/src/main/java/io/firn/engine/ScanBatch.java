package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.format.ColumnBatch;
import io.firn.format.RowFilter;
import io.firn.format.RowScan;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/** Rows read from a file, and which of them a scan delivers. Of one thread at a time. */
final class ScanBatch {

  private final ColumnBatch rows;
  private final int[] selection = new int[RowScan.MAX_BATCH_ROWS + 1];
  private int selected;

  ScanBatch(Schema schema) {
    this.rows = ColumnBatch.of(schema);
  }

  /** Reads on until a row is to be delivered; false at the end. */
  boolean fill(RowScan scan, DeletionVector masked, @Nullable RowFilter filter) {
    while (scan.next(rows)) {
      selected = LiveRows.select(scan, masked, selection);
      if (filter != null && selected > 0) {
        selected = filter.retain(rows, selection, selected);
      }
      if (selected > 0) {
        return true;
      }
    }
    return false;
  }

  ColumnBatch rows() {
    return rows;
  }

  int[] selection() {
    return selection;
  }

  int selected() {
    return selected;
  }
}
