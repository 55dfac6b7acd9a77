package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.RowFilter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in key order from memtables and files: of a key that several inputs have, the newest version
 * counts, and a delete hides the rest. The filter looks at the winners only, so that an older
 * version never shows because the newest does not match.
 */
final class MergedStream implements BatchStream {

  private static final int BATCH_ROWS = 1024;

  private final List<MergeSource> sources;
  private final boolean descending;
  private final @Nullable RowFilter filter;
  private final Runnable onClose;
  private final ColumnBatch out;
  private final int[] selection = new int[BATCH_ROWS];
  private int selected;
  private MergeSource[] live;
  private int liveCount;
  private boolean started;
  private boolean closed;

  /**
   * @param onClose releases the state that the sources read
   */
  MergedStream(
      ScanRequest request,
      List<MergeSource> sources,
      @Nullable RowFilter filter,
      Runnable onClose) {
    this.sources = sources;
    this.descending = request.order() == ScanRequest.Order.DESCENDING;
    this.filter = filter;
    this.onClose = onClose;
    this.out = ColumnBatch.of(request.readSchema());
    this.live = new MergeSource[sources.size()];
  }

  @Override
  public boolean next() {
    if (!started) {
      started = true;
      for (MergeSource source : sources) {
        if (source.advance()) {
          live[liveCount++] = source;
        }
      }
    }
    do {
      fill();
      int rows = out.rowCount();
      if (rows == 0) {
        return false;
      }
      for (int i = 0; i < rows; i++) {
        selection[i] = i;
      }
      selected = filter == null ? rows : filter.retain(out, selection, rows);
    } while (selected == 0);
    return true;
  }

  private void fill() {
    out.clear();
    int rows = 0;
    while (rows < BATCH_ROWS && liveCount > 0) {
      MergeSource winner = winner();
      if (!winner.isDelete()) {
        winner.appendTo(out);
        rows++;
      }
      step(winner);
    }
  }

  private MergeSource winner() {
    MergeSource best = live[0];
    for (int i = 1; i < liveCount; i++) {
      int order = compare(live[i], best);
      if (order < 0 || (order == 0 && live[i].age() > best.age())) {
        best = live[i];
      }
    }
    return best;
  }

  /** Moves the winner on, and before it every other source that stands at the same key. */
  private void step(MergeSource winner) {
    int kept = 0;
    for (int i = 0; i < liveCount; i++) {
      MergeSource source = live[i];
      boolean moves = source != winner && compare(source, winner) == 0;
      if (!moves || source.advance()) {
        live[kept++] = source;
      }
    }
    liveCount = kept;
    if (!winner.advance()) {
      kept = 0;
      for (int i = 0; i < liveCount; i++) {
        if (live[i] != winner) {
          live[kept++] = live[i];
        }
      }
      liveCount = kept;
    }
  }

  private int compare(MergeSource a, MergeSource b) {
    int order =
        Arrays.compareUnsigned(
            a.keyBytes(),
            a.keyOffset(),
            a.keyOffset() + a.keyLength(),
            b.keyBytes(),
            b.keyOffset(),
            b.keyOffset() + b.keyLength());
    return descending ? -order : order;
  }

  @Override
  public ColumnBatch batch() {
    return out;
  }

  @Override
  public int[] selection() {
    return selection;
  }

  @Override
  public int selected() {
    return selected;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        sources.forEach(MergeSource::close);
      } finally {
        onClose.run();
      }
    }
  }
}
