package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.format.ColumnBatch;
import io.firn.format.Projection;
import io.firn.format.RowFilter;
import io.firn.format.RowScan;
import java.util.Iterator;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Rows of files one file after the other, then those of the memtables. The keys of the memtables
 * were looked up in the files beforehand: their rows are masked as if they had been flushed, so
 * nothing needs to be merged.
 */
final class ConcatenatedStream implements BatchStream {

  /**
   * A file to read.
   *
   * @param masked all positions to leave out
   */
  record MaskedFile(FileView file, DeletionVector masked) {}

  private final ScanRequest request;
  private final Iterator<MaskedFile> files;
  private final Projection projection;
  private final @Nullable Expression pruning;
  private final @Nullable RowFilter filter;
  private final BatchStream memtables;
  private final Runnable onClose;
  private final int[] selection = new int[RowScan.MAX_BATCH_ROWS];
  private int selected;
  private @Nullable MaskedFile file;
  private @Nullable RowScan scan;
  private boolean inMemtables;
  private boolean closed;

  /**
   * @param memtables the rows of the memtables, filtered; closed with this stream
   * @param onClose releases the state that is read
   */
  ConcatenatedStream(
      ScanRequest request,
      Iterator<MaskedFile> files,
      Projection projection,
      @Nullable Expression pruning,
      @Nullable RowFilter filter,
      BatchStream memtables,
      Runnable onClose) {
    this.request = request;
    this.files = files;
    this.projection = projection;
    this.pruning = pruning;
    this.filter = filter;
    this.memtables = memtables;
    this.onClose = onClose;
  }

  @Override
  public boolean next() {
    while (!inMemtables) {
      RowScan open = scan;
      MaskedFile current = file;
      if (open == null || current == null) {
        if (!files.hasNext()) {
          inMemtables = true;
          break;
        }
        current = files.next();
        open = current.file().reader().scanKeys(projection, request.from(), request.to(), pruning);
        file = current;
        scan = open;
      }
      if (open.next()) {
        selected = LiveRows.select(open, current.masked(), selection);
        if (filter != null && selected > 0) {
          selected = filter.retain(open.batch(), selection, selected);
        }
        if (selected > 0) {
          return true;
        }
      } else {
        open.close();
        scan = null;
      }
    }
    return memtables.next();
  }

  @Override
  public ColumnBatch batch() {
    RowScan open = scan;
    return open == null ? memtables.batch() : open.batch();
  }

  @Override
  public int[] selection() {
    return scan == null ? memtables.selection() : selection;
  }

  @Override
  public int selected() {
    return scan == null ? memtables.selected() : selected;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        RowScan open = scan;
        if (open != null) {
          open.close();
        }
        memtables.close();
      } finally {
        onClose.run();
      }
    }
  }
}
