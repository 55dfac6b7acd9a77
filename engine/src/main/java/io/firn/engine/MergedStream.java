package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.KeyList;
import io.firn.format.RowFilter;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Rows in key order from memtables and files: of a key that several inputs have, the newest version
 * counts, and a delete hides the rest. The keys decide first; then the rows chosen are gathered,
 * column by column. The filter looks at the winners only, so that an older version never shows
 * because the newest does not match.
 */
final class MergedStream implements BatchStream {

  private static final int ROWS_AT_FIRST = 64;
  private static final int ROWS_MAX = 1024;

  /** An input and the beginning of its current key, which decides most comparisons. */
  private static final class Input {
    private final MergeSource source;
    private final int number;
    private long prefix;

    Input(MergeSource source, int number) {
      this.source = source;
      this.number = number;
    }

    boolean advance() {
      boolean more = source.advance();
      if (more) {
        prefix = KeyList.prefix(source.keyBytes(), source.keyOffset(), source.keyLength());
      }
      return more;
    }
  }

  private final Schema schema;
  private final List<MergeSource> sources;
  private final ColumnBatch[] batches;
  private final boolean descending;
  private final @Nullable RowFilter filter;
  private final Runnable onClose;
  private final ColumnBatch out;
  private final int[] selection;
  private int selected;

  /** How many more rows anybody wants. */
  private long left;

  private int wanted = ROWS_AT_FIRST;

  // Rows decided on and not yet gathered; all lie in the current batches of their inputs.
  private final int[] chosenInputs;
  private final int[] chosenRows;
  private int chosen;

  /** The inputs that have not ended, in the order of their keys; of one key, the newest first. */
  private final Input[] live;

  private int liveCount;
  private boolean started;
  private boolean closed;

  /**
   * @param schema the columns that the sources deliver
   * @param onClose releases the state that the sources read
   */
  MergedStream(
      ScanRequest request,
      Schema schema,
      List<MergeSource> sources,
      @Nullable RowFilter filter,
      Runnable onClose) {
    this.sources = sources;
    this.batches = new ColumnBatch[sources.size()];
    this.descending = request.order() == ScanRequest.Order.DESCENDING;
    this.filter = filter;
    this.onClose = onClose;
    this.out = ColumnBatch.of(schema);
    this.schema = schema;
    this.live = new Input[sources.size()];
    this.left = request.limit();
    int most = most(ROWS_MAX);
    this.selection = new int[most];
    this.chosenInputs = new int[most];
    this.chosenRows = new int[most];
  }

  /** So many rows at most are looked at at once: a filter may pass over any number of them. */
  private int most(int rows) {
    return filter == null ? (int) Math.min(rows, left) : rows;
  }

  @Override
  public boolean next() {
    if (!started) {
      started = true;
      for (MergeSource source : sources) {
        Input input = new Input(source, liveCount);
        if (input.advance()) {
          live[liveCount++] = input;
        }
      }
      for (int i = liveCount - 2; i >= 0; i--) {
        sink(i);
      }
    }
    do {
      int rows = fill();
      if (rows == 0) {
        return false;
      }
      for (int i = 0; i < rows; i++) {
        selection[i] = i;
      }
      selected = filter == null ? rows : filter.retain(out, selection, rows);
    } while (selected == 0);
    left -= Math.min(left, selected);
    return true;
  }

  private int fill() {
    out.clear();
    int rows = 0;
    int most = most(wanted);
    while (rows < most && liveCount > 0) {
      Input winner = live[0];
      MergeSource source = winner.source;
      if (!source.isDelete()) {
        batches[winner.number] = source.batch();
        chosenInputs[chosen] = winner.number;
        chosenRows[chosen++] = source.row();
        rows++;
      }
      step();
    }
    gather();
    wanted = Math.min(ROWS_MAX, 2 * wanted);
    return rows;
  }

  private void gather() {
    if (chosen > 0) {
      ColumnBatch any = batches[chosenInputs[0]];
      for (int i = 0; i < batches.length; i++) {
        batches[i] = batches[i] == null ? any : batches[i];
      }
      out.gather(batches, chosenInputs, chosenRows, chosen);
      chosen = 0;
    }
  }

  /** Moves the first input on, and before it every other one that stands at the same key. */
  private void step() {
    while (liveCount > 1 && compare(live[0], live[1]) == 0) {
      advance(1);
    }
    advance(0);
  }

  /** Moves an input on, to its new place, or away at its end. */
  private void advance(int at) {
    Input input = live[at];
    if (input.source.isLastOfBatch()) {
      // The rows chosen from the batch are about to go.
      gather();
    }
    if (input.advance()) {
      sink(at);
    } else {
      liveCount--;
      System.arraycopy(live, at + 1, live, at, liveCount - at);
    }
  }

  /** Brings an input to its place among those behind it, which are in order. */
  private void sink(int from) {
    Input input = live[from];
    int at = from;
    while (at + 1 < liveCount && order(live[at + 1], input) < 0) {
      live[at] = live[at + 1];
      at++;
    }
    live[at] = input;
  }

  private int order(Input a, Input b) {
    int byKey = compare(a, b);
    return byKey != 0 ? byKey : Long.compare(b.source.age(), a.source.age());
  }

  private int compare(Input a, Input b) {
    int order = Long.compareUnsigned(a.prefix, b.prefix);
    if (order == 0) {
      MergeSource one = a.source;
      MergeSource other = b.source;
      order =
          Arrays.compareUnsigned(
              one.keyBytes(),
              one.keyOffset(),
              one.keyOffset() + one.keyLength(),
              other.keyBytes(),
              other.keyOffset(),
              other.keyOffset() + other.keyLength());
    }
    return descending ? -order : order;
  }

  @Override
  public Schema schema() {
    return schema;
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
