package io.firn.compaction;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of one input went: runs of (first input position, first output row, count), by
 * input position. Output rows are numbered through all outputs of a task. Kept as differences in
 * variable-length numbers, three bytes for a typical run, with a checkpoint every {@value
 * #RUNS_PER_CHECKPOINT} runs for lookups. Immutable and serialisable.
 */
final class RowRuns implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int RUNS_PER_CHECKPOINT = 256;

  private final byte[] runs;

  /** Three numbers a checkpoint: input position and output row so far, and where to read on. */
  private final long[] checkpoints;

  private RowRuns(byte[] runs, long[] checkpoints) {
    this.runs = runs;
    this.checkpoints = checkpoints;
  }

  /** A way through the runs for ascending positions. Not safe for use by several threads. */
  Lookup lookup() {
    return new Lookup();
  }

  long bytes() {
    return runs.length + 8L * checkpoints.length;
  }

  final class Lookup {
    private @Nullable ByteSource source;
    private int checkpoint;
    private long inputStart;
    private long inputEnd;
    private long outputStart;
    private long outputEnd;

    /** The output row of an input position, or -1 if that row was not written. */
    long find(long position) {
      int last = checkpoints.length / 3 - 1;
      int next = source == null ? 0 : checkpoint + 1;
      // Jumping pays only over a whole stretch; within one, reading on is the way.
      if (next <= last && checkpoints[3 * next] <= position) {
        int low = next;
        int high = last;
        while (low < high) {
          int middle = (low + high + 1) >>> 1;
          if (checkpoints[3 * middle] <= position) {
            low = middle;
          } else {
            high = middle - 1;
          }
        }
        checkpoint = low;
        inputStart = checkpoints[3 * low];
        inputEnd = inputStart;
        outputEnd = checkpoints[3 * low + 1];
        source = new ByteSource(runs, (int) checkpoints[3 * low + 2]);
      }
      ByteSource from = source;
      while (from != null && inputEnd <= position && from.hasRemaining()) {
        inputStart = inputEnd + from.unsigned();
        outputStart = outputEnd + from.signed();
        long count = from.unsigned();
        inputEnd = inputStart + count;
        outputEnd = outputStart + count;
      }
      return position >= inputStart && position < inputEnd
          ? outputStart + (position - inputStart)
          : -1;
    }
  }

  /** Takes runs by ascending input position. */
  static final class Builder {
    private final ByteSink sink = new ByteSink();
    private long[] checkpoints = new long[3];
    private int checkpointCount;
    private int runsSinceCheckpoint;
    private long inputStart;
    private long outputStart;
    private long count;
    private long inputEnd;
    private long outputEnd;

    void add(long position, long outputRow, long rows) {
      if (count > 0 && position == inputStart + count && outputRow == outputStart + count) {
        count += rows;
        return;
      }
      write();
      inputStart = position;
      outputStart = outputRow;
      count = rows;
    }

    private void write() {
      if (count == 0) {
        return;
      }
      if (checkpointCount == 0 || runsSinceCheckpoint == RUNS_PER_CHECKPOINT) {
        if (3 * checkpointCount == checkpoints.length) {
          checkpoints = Arrays.copyOf(checkpoints, checkpoints.length * 2);
        }
        checkpoints[3 * checkpointCount] = inputEnd;
        checkpoints[3 * checkpointCount + 1] = outputEnd;
        checkpoints[3 * checkpointCount + 2] = sink.length();
        checkpointCount++;
        runsSinceCheckpoint = 0;
      }
      sink.putUnsigned(inputStart - inputEnd);
      sink.putSigned(outputStart - outputEnd);
      sink.putUnsigned(count);
      inputEnd = inputStart + count;
      outputEnd = outputStart + count;
      runsSinceCheckpoint++;
    }

    RowRuns build() {
      write();
      count = 0;
      return new RowRuns(sink.toArray(), Arrays.copyOf(checkpoints, 3 * checkpointCount));
    }
  }
}
