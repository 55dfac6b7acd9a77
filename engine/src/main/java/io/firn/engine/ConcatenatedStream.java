package io.firn.engine;

import io.firn.format.ColumnBatch;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Rows of files, then those of the memtables. The keys of the memtables were looked up in the files
 * beforehand: their rows are masked as if they had been flushed, so nothing needs to be merged.
 */
final class ConcatenatedStream implements BatchStream {

  private final ReadAhead files;
  private final BatchStream memtables;
  private final Runnable onClose;
  private @Nullable ScanBatch current;
  private boolean inMemtables;
  private boolean closed;

  /**
   * @param files the rows of the files, filtered; closed with this stream
   * @param memtables the rows of the memtables, filtered, of the same schema; closed with this
   *     stream
   * @param onClose releases the state that is read
   */
  ConcatenatedStream(ReadAhead files, BatchStream memtables, Runnable onClose) {
    this.files = files;
    this.memtables = memtables;
    this.onClose = onClose;
  }

  @Override
  public boolean next() {
    if (!inMemtables) {
      current = files.next();
      if (current != null) {
        return true;
      }
      inMemtables = true;
    }
    return memtables.next();
  }

  @Override
  public Schema schema() {
    return memtables.schema();
  }

  @Override
  public ColumnBatch batch() {
    ScanBatch batch = current;
    return batch == null ? memtables.batch() : batch.rows();
  }

  @Override
  public int[] selection() {
    ScanBatch batch = current;
    return batch == null ? memtables.selection() : batch.selection();
  }

  @Override
  public int selected() {
    ScanBatch batch = current;
    return batch == null ? memtables.selected() : batch.selected();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        files.close();
        memtables.close();
      } finally {
        onClose.run();
      }
    }
  }
}
