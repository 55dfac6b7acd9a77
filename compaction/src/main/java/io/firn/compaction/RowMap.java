package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where every row of a task's inputs went: (input, position) to (output, position). Immutable,
 * serialisable, safe for use by several threads.
 */
public final class RowMap implements Serializable {

  private static final long serialVersionUID = 1L;

  private final RowRuns[] inputs;

  /** The number of the first row of each output, and of the row after the last. */
  private final long[] outputStarts;

  private RowMap(RowRuns[] inputs, long[] outputStarts) {
    this.inputs = inputs;
    this.outputStarts = outputStarts;
  }

  /** Receives a mapped row. */
  @FunctionalInterface
  public interface Target {
    /**
     * @param position the position in the input
     * @param output the number of the output
     * @param outputPosition the position in that output
     */
    void row(long position, int output, long outputPosition);
  }

  /**
   * Maps positions of an input. Positions that the task did not write are left out.
   *
   * @param input the number of the input in its task
   */
  public void map(int input, DeletionVector positions, Target target) {
    RowRuns.Lookup lookup = inputs[input].lookup();
    positions.forEach(
        position -> {
          long row = lookup.find(position);
          if (row >= 0) {
            int found = Arrays.binarySearch(outputStarts, row);
            int output = found >= 0 ? found : -found - 2;
            target.row(position, output, row - outputStarts[output]);
          }
        });
  }

  /** The size in memory, roughly. */
  public long bytes() {
    return Arrays.stream(inputs).mapToLong(RowRuns::bytes).sum() + 8L * outputStarts.length;
  }

  /** Takes rows in the order in which they are written. Not safe for use by several threads. */
  static final class Builder {
    private final RowRuns.Builder[] runs;
    private final long[][] direct;
    private long rows;
    private final List<Long> starts = new ArrayList<>(List.of(0L));

    /** A map of so many inputs, read in the order of their positions unless told otherwise. */
    Builder(int inputs) {
      runs = new RowRuns.Builder[inputs];
      direct = new long[inputs][];
      for (int i = 0; i < inputs; i++) {
        runs[i] = new RowRuns.Builder();
      }
    }

    /**
     * The rows of this input will come in any order. Costs eight bytes for each row of the file.
     */
    void unordered(int input, long rowCount) {
      direct[input] = new long[Math.toIntExact(rowCount)];
    }

    /** The next {@code count} rows of the output are these. */
    void add(int input, long position, int count) {
      long[] rowsOfInput = direct[input];
      if (rowsOfInput == null) {
        runs[input].add(position, rows, count);
      } else {
        for (int i = 0; i < count; i++) {
          rowsOfInput[(int) position + i] = rows + i + 1;
        }
      }
      rows += count;
    }

    /** How many rows have been added. */
    long rows() {
      return rows;
    }

    /** An output has ended, after this many rows. */
    void endOutput(long rowCount) {
      starts.add(starts.get(starts.size() - 1) + rowCount);
    }

    RowMap build() {
      RowRuns[] built = new RowRuns[runs.length];
      for (int input = 0; input < runs.length; input++) {
        long[] rowsOfInput = direct[input];
        for (int i = 0; rowsOfInput != null && i < rowsOfInput.length; i++) {
          if (rowsOfInput[i] > 0) {
            runs[input].add(i, rowsOfInput[i] - 1, 1);
          }
        }
        built[input] = runs[input].build();
      }
      return new RowMap(built, starts.stream().mapToLong(Long::longValue).toArray());
    }
  }
}
