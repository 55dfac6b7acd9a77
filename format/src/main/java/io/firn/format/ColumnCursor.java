package io.firn.format;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Copies ranges of rows of one file column to batches, decoding each page once while the ranges go
 * in one direction. Used by one thread.
 */
final class ColumnCursor {

  private static final int WINDOW_BYTES = 256 << 10;

  private final FileColumn column;
  private final boolean keepPages;
  private final long endRow;

  /** Decoded pages that reach into or beyond the rows copied last, ascending. */
  private final ArrayDeque<Loaded> loaded = new ArrayDeque<>();

  private @Nullable Column spare;
  private byte[] window = {};
  private long windowStart;
  private int windowLength;

  private record Loaded(int page, Column values, boolean own) {}

  /**
   * @param keepPages whether decoded pages are worth keeping for others
   * @param endRow no row from here on will be wanted
   */
  ColumnCursor(FileColumn column, boolean keepPages, long endRow) {
    this.column = column;
    this.keepPages = keepPages;
    this.endRow = endRow;
  }

  boolean fixedWidth() {
    return column.fixedWidth();
  }

  /**
   * How many rows from {@code from} on, at most {@code limit}, fit in {@code maxBytes}; one does.
   */
  int fit(long from, int limit, long maxBytes) {
    release(from, Long.MAX_VALUE);
    long bytes = 0;
    int rows = 0;
    while (rows < limit) {
      Loaded page = load(column.pages.pageOf(from + rows));
      long first = column.pages.firstRow(page.page);
      int at = (int) (from + rows - first);
      int end = (int) Math.min(page.values.size(), from + limit - first);
      long all = size(page.values, at, end);
      if (bytes + all <= maxBytes) {
        bytes += all;
        rows += end - at;
        continue;
      }
      for (; at < end; at++) {
        bytes += size(page.values, at, at + 1);
        if (bytes > maxBytes && rows > 0) {
          return rows;
        }
        rows++;
      }
    }
    return rows;
  }

  /** How many rows before {@code to}, at most {@code limit}, fit in {@code maxBytes}; one does. */
  int fitBefore(long to, int limit, long maxBytes) {
    release(0, to);
    long bytes = 0;
    int rows = 0;
    while (rows < limit) {
      Loaded page = load(column.pages.pageOf(to - rows - 1));
      long first = column.pages.firstRow(page.page);
      int at = (int) (to - rows - 1 - first);
      int end = (int) Math.max(0, to - limit - first);
      long all = size(page.values, end, at + 1);
      if (bytes + all <= maxBytes) {
        bytes += all;
        rows += at + 1 - end;
        continue;
      }
      for (; at >= end; at--) {
        bytes += size(page.values, at, at + 1);
        if (bytes > maxBytes && rows > 0) {
          return rows;
        }
        rows++;
      }
    }
    return rows;
  }

  private static long size(Column values, int from, int to) {
    return values instanceof BytesColumn bytes
        ? bytes.offset(to) - bytes.offset(from) + 4L * (to - from)
        : 256L * (to - from);
  }

  /** Appends rows {@code [from, to)} to a batch's column. */
  void copy(long from, long to, Column target) {
    long row = from;
    for (int page = column.pages.pageOf(from); row < to; page++) {
      long first = column.pages.firstRow(page);
      long end = Math.min(to, column.pages.endRow(page));
      if (row == end) {
        // Other writers may make pages without rows.
        continue;
      }
      if (row == first && end == column.pages.endRow(page) && fixedWidth() && !holds(page)) {
        whole(page, target);
      } else {
        target.append(load(page).values, (int) (row - first), (int) (end - row));
      }
      row = end;
    }
  }

  /** Releases pages that hold no row in {@code [from, to)}. */
  void release(long from, long to) {
    while (!loaded.isEmpty() && column.pages.endRow(loaded.getFirst().page) <= from) {
      recycle(loaded.removeFirst());
    }
    while (!loaded.isEmpty() && column.pages.firstRow(loaded.getLast().page) >= to) {
      recycle(loaded.removeLast());
    }
  }

  private void recycle(Loaded page) {
    if (page.own) {
      page.values.clear();
      spare = page.values;
    }
  }

  private boolean holds(int page) {
    for (Loaded held : loaded) {
      if (held.page == page) {
        return true;
      }
    }
    return false;
  }

  /** Appends a whole page, without a copy of it if nobody else has use for one. */
  private void whole(int page, Column target) {
    Column kept = keepPages ? column.page(page) : column.kept(page);
    if (kept != null) {
      target.append(kept, 0, kept.size());
    } else {
      decode(page, target);
    }
  }

  private Loaded load(int page) {
    for (Loaded held : loaded) {
      if (held.page == page) {
        return held;
      }
    }
    Column kept = keepPages ? column.page(page) : column.kept(page);
    Loaded result;
    if (kept != null) {
      result = new Loaded(page, kept, false);
    } else {
      Column own = spare;
      spare = null;
      own = own == null ? Column.of(column.field) : own;
      decode(page, own);
      result = new Loaded(page, own, true);
    }
    if (loaded.isEmpty() || loaded.getLast().page < page) {
      loaded.addLast(result);
    } else {
      loaded.addFirst(result);
    }
    return result;
  }

  private void decode(int page, Column target) {
    if (column.readsForItself()) {
      column.decode(page, window, 0, target);
      return;
    }
    long offset = column.pages.offset(page);
    int length = column.pages.length(page);
    if (offset < windowStart || offset + length > windowStart + windowLength) {
      fill(page, offset, length);
    }
    column.decode(page, window, (int) (offset - windowStart), target);
  }

  /** Reads a page and those wanted after it, as far as they are one stretch of the file. */
  private void fill(int page, long offset, int length) {
    long end = offset + length;
    for (int next = page + 1;
        next < column.pages.pages()
            && column.pages.firstRow(next) < endRow
            && column.pages.offset(next) == end
            && end + column.pages.length(next) - offset <= WINDOW_BYTES;
        next++) {
      end += column.pages.length(next);
    }
    int bytes = (int) (end - offset);
    if (window.length < bytes) {
      window = new byte[bytes];
    }
    windowLength = 0;
    column.file.read(offset, window, bytes);
    windowStart = offset;
    windowLength = bytes;
  }
}
