package io.firn.engine;

import io.firn.format.ColumnBatch;
import org.apache.iceberg.Schema;

/**
 * Rows in batches, of which some are selected: the form in which every scan flows, whether it ends
 * as records or as Arrow batches. Not thread safe. The owner closes it, which releases the state of
 * the table it reads.
 */
interface BatchStream extends AutoCloseable {

  /** Moves to the next batch with at least one selected row; false at the end. */
  boolean next();

  /** The columns of all batches. */
  Schema schema();

  /** The current batch; valid until the next move. */
  ColumnBatch batch();

  /**
   * The indexes of the selected rows in the order to deliver them; the first {@link #selected()}
   * entries count.
   */
  int[] selection();

  /** How many rows are selected. */
  int selected();

  @Override
  void close();
}
