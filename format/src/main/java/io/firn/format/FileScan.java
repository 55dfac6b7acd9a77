package io.firn.format;

import io.firn.error.ClosedException;
import org.jspecify.annotations.Nullable;

/** A scan of ranges of rows of one open file in either direction. */
final class FileScan implements RowScan {

  /** Which way the batches come. */
  enum Direction {
    FORWARD,
    BACKWARD
  }

  private static final long BATCH_BYTES = 8L << 20;
  private static final long LEAST_COLUMN_BYTES = 64 << 10;

  private final ProjectedColumns columns;
  private final RowRanges ranges;
  private final Direction direction;
  private final @Nullable KeptRows kept;
  private final Runnable release;
  private final @Nullable ColumnCursor[] cursors;
  private final long columnBytes;
  private final ColumnBatch own;
  private ColumnBatch batch;
  private int range;
  private long at;
  private long position = -1;
  private boolean closed;

  /**
   * @param keepPages whether decoded pages are kept
   * @param kept rows that a short scan finds in memory, or null
   * @param release run once when the scan is closed
   */
  FileScan(
      ProjectedColumns columns,
      RowRanges ranges,
      Direction direction,
      boolean keepPages,
      @Nullable KeptRows kept,
      Runnable release) {
    this.columns = columns;
    this.ranges = ranges;
    this.direction = direction;
    this.release = release;
    this.cursors = new @Nullable ColumnCursor[columns.count()];
    this.kept = kept;
    long end = ranges.count() == 0 ? 0 : ranges.to(ranges.count() - 1);
    int variable = 0;
    for (int i = 0; i < cursors.length; i++) {
      FileColumn column = columns.column(i);
      if (column != null) {
        cursors[i] = new ColumnCursor(column, keepPages, end);
        variable += column.fixedWidth() ? 0 : 1;
      }
    }
    this.columnBytes = Math.max(LEAST_COLUMN_BYTES, BATCH_BYTES / Math.max(1, variable));
    this.own = ColumnBatch.of(columns.schema());
    this.batch = own;
    this.range = direction == Direction.FORWARD ? 0 : ranges.count() - 1;
    enter();
  }

  private void enter() {
    if (range >= 0 && range < ranges.count()) {
      at = direction == Direction.FORWARD ? ranges.from(range) : ranges.to(range);
    }
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
    position = -1;
    if (range < 0 || range >= ranges.count()) {
      return false;
    }
    int rows = kept == null ? 0 : keptRows(kept);
    if (rows == 0) {
      rows = direction == Direction.FORWARD ? rowsAhead() : rowsBehind();
      decode(rows);
    }
    if (direction == Direction.FORWARD) {
      position = at;
      at += rows;
    } else {
      at -= rows;
      position = at;
    }
    release(rows);
    if (direction == Direction.FORWARD && at == ranges.to(range)) {
      range++;
      enter();
    } else if (direction == Direction.BACKWARD && at == ranges.from(range)) {
      range--;
      enter();
    }
    return true;
  }

  private int keptRows(KeptRows source) {
    return direction == Direction.FORWARD
        ? source.append(at, ranges.to(range), batch)
        : source.appendBefore(ranges.from(range), at, batch);
  }

  /** Decodes the next rows from the pages. */
  private void decode(int rows) {
    long first = direction == Direction.FORWARD ? at : at - rows;
    for (int i = 0; i < cursors.length; i++) {
      ColumnCursor cursor = cursors[i];
      if (cursor != null) {
        cursor.copy(first, first + rows, batch.column(i));
      } else {
        repeat(columns.constant(i), rows, batch.column(i));
      }
    }
  }

  private int rowsAhead() {
    long end = ranges.to(range);
    int rows = (int) Math.min(MAX_BATCH_ROWS, (kept == null ? end : kept.end(at, end)) - at);
    for (ColumnCursor cursor : cursors) {
      if (cursor != null && !cursor.fixedWidth()) {
        rows = cursor.fit(at, rows, columnBytes);
      }
    }
    return rows;
  }

  private int rowsBehind() {
    long begin = ranges.from(range);
    int rows = (int) Math.min(MAX_BATCH_ROWS, at - (kept == null ? begin : kept.begin(begin, at)));
    for (ColumnCursor cursor : cursors) {
      if (cursor != null && !cursor.fixedWidth()) {
        rows = cursor.fitBefore(at, rows, columnBytes);
      }
    }
    return rows;
  }

  private void release(int rows) {
    for (ColumnCursor cursor : cursors) {
      if (cursor != null && direction == Direction.FORWARD) {
        cursor.release(position + rows, Long.MAX_VALUE);
      } else if (cursor != null) {
        cursor.release(0, position);
      }
    }
  }

  private static void repeat(@Nullable Object value, int rows, Column target) {
    if (value == null) {
      target.appendNulls(rows);
      return;
    }
    for (int i = 0; i < rows; i++) {
      target.appendValue(value);
    }
  }

  @Override
  public long position() {
    if (position < 0) {
      throw new IllegalStateException("the scan stands on no batch");
    }
    return position;
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
