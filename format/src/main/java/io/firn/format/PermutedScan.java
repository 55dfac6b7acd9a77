package io.firn.format;

import io.firn.error.ClosedException;
import io.firn.format.FileScan.Direction;
import org.jspecify.annotations.Nullable;

/**
 * A scan in order of key of a file that is not sorted: each row is fetched from where it stands.
 */
final class PermutedScan implements RowScan {

  private static final int BATCH_ROWS = 256;

  private final ProjectedColumns columns;
  private final KeyOrder order;
  private final Direction direction;
  private final Runnable release;
  private final ColumnBatch own;
  private ColumnBatch batch;
  private final long[] positions = new long[BATCH_ROWS];
  private long from;
  private long to;
  private boolean closed;

  PermutedScan(
      ProjectedColumns columns,
      KeyOrder order,
      long from,
      long to,
      Direction direction,
      Runnable release) {
    this.columns = columns;
    this.order = order;
    this.from = from;
    this.to = to;
    this.direction = direction;
    this.release = release;
    this.own = ColumnBatch.of(columns.schema());
    this.batch = own;
  }

  @Override
  public boolean next() {
    return next(own);
  }

  @Override
  public boolean next(ColumnBatch target) {
    if (closed) {
      throw new ClosedException("the scan has been closed");
    }
    batch = target;
    batch.clear();
    if (from >= to) {
      return false;
    }
    int rows = (int) Math.min(BATCH_ROWS, to - from);
    long rank = direction == Direction.FORWARD ? from : to - rows;
    for (int i = 0; i < rows; i++) {
      positions[i] = order.position(rank + i);
    }
    for (int c = 0; c < columns.count(); c++) {
      fetch(columns.column(c), columns.constant(c), rows, batch.column(c));
    }
    if (direction == Direction.FORWARD) {
      from += rows;
    } else {
      to -= rows;
    }
    return true;
  }

  private void fetch(
      @Nullable FileColumn column, @Nullable Object constant, int rows, Column target) {
    for (int i = 0; i < rows; i++) {
      if (column == null) {
        target.appendValue(constant);
      } else {
        int page = column.pages.pageOf(positions[i]);
        target.append(column.page(page), (int) (positions[i] - column.pages.firstRow(page)), 1);
      }
    }
  }

  @Override
  public long position() {
    return positions[0];
  }

  @Override
  public long position(int row) {
    return positions[row];
  }

  @Override
  public boolean inFileOrder() {
    return false;
  }

  @Override
  public ColumnBatch batch() {
    return batch;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}
