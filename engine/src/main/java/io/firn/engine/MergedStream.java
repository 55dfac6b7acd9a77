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
      Input winner = winner();
      MergeSource source = winner.source;
      if (!source.isDelete()) {
        batches[winner.number] = source.batch();
        chosenInputs[chosen] = winner.number;
        chosenRows[chosen++] = source.row();
        rows++;
      }
      step(winner);
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

  private Input winner() {
    Input best = live[0];
    for (int i = 1; i < liveCount; i++) {
      int order = compare(live[i], best);
      if (order < 0 || (order == 0 && live[i].source.age() > best.source.age())) {
        best = live[i];
      }
    }
    return best;
  }

  /** Moves the winner on, and before it every other input that stands at the same key. */
  private void step(Input winner) {
    int kept = 0;
    for (int i = 0; i < liveCount; i++) {
      Input input = live[i];
      boolean moves = input != winner && compare(input, winner) == 0;
      if (!moves || advance(input)) {
        live[kept++] = input;
      }
    }
    liveCount = kept;
    if (!advance(winner)) {
      kept = 0;
      for (int i = 0; i < liveCount; i++) {
        if (live[i] != winner) {
          live[kept++] = live[i];
        }
      }
      liveCount = kept;
    }
  }

  private boolean advance(Input input) {
    if (input.source.isLastOfBatch()) {
      // The rows chosen from the batch are about to go.
      gather();
    }
    return input.advance();
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
