package io.firn.compaction;

import io.firn.error.ClosedException;
import io.firn.format.Column;
import io.firn.format.ColumnBatch;
import io.firn.format.LongColumn;
import io.firn.format.RowScan;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The streaming merge of one task. Keys decide the order; rows that follow each other in one input
 * and in the output are a run, and columns are copied run by run, one column after the other. At
 * any time one batch of each input whose key range has been reached is in memory, and one batch of
 * output. Not safe for use by several threads; runs once.
 */
final class ColumnMerge {

  private static final int OUTPUT_ROWS = RowScan.MAX_BATCH_ROWS;
  private static final long OUTPUT_BYTES = 4L << 20;
  private static final int RUN_ROWS_WORTH_COPYING = 8;

  private final CompactionTask task;
  private final CompactionEnvironment environment;
  private final TableSchema schema;
  private final RowMap.Builder rowMap;
  private final MergeInputs inputs;
  private final MergeHeap heap = new MergeHeap();
  private final ColumnBatch output;

  // Runs decided on but not yet copied; all lie in the current batches of their cursors.
  private final @Nullable MergeCursor[] runCursors = new @Nullable MergeCursor[OUTPUT_ROWS];
  private final int[] runStarts = new int[OUTPUT_ROWS];
  private final int[] runCounts = new int[OUTPUT_ROWS];

  // The same, row by row.
  private final int[] rowCursors = new int[OUTPUT_ROWS];
  private final int[] rows = new int[OUTPUT_ROWS];
  private int runs;
  private int runRows;
  private int outputRows;
  private int rowsBufferedMax;

  ColumnMerge(CompactionTask task, CompactionEnvironment environment) {
    this.task = task;
    this.environment = environment;
    this.schema = task.tableSchema();
    this.rowMap = new RowMap.Builder(task.inputs().size());
    this.inputs = new MergeInputs(task, environment.readers(), schema, rowMap);
    this.output = ColumnBatch.of(schema.lineageSchema());
  }

  /** Merges; leaves nothing behind if it throws. */
  CompactionOutcome run() {
    try (inputs;
        OutputFiles files = new OutputFiles(task, environment, schema, rowMap)) {
      merge(files);
      return new CompactionOutcome(
          files.finish(), rowMap.build(), inputs.superseded(), rowsBufferedMax);
    }
  }

  private void merge(OutputFiles files) {
    while (openReached()) {
      MergeCursor top = heap.top();
      MergeCursor second = heap.second();
      if (second != null && top.compare(second) == 0) {
        supersede(top, second, files);
        continue;
      }
      int end = Math.min(top.stretchEnd(), top.row() + OUTPUT_ROWS - outputRows - runRows);
      if (second != null) {
        end = top.runBefore(second, end);
      }
      if (inputs.hasWaiting()) {
        end = top.runBefore(inputs.waitingKeys(), inputs.firstWaiting(), end);
      }
      addRun(top, end);
      top.moveTo(end);
      advance(top, files);
      if (outputRows + runRows == OUTPUT_ROWS) {
        copyRuns(files);
      }
    }
    copyRuns(files);
    writeOutput(files);
  }

  /** Opens the inputs whose first key is reached; false if no row is left anywhere. */
  private boolean openReached() {
    while (inputs.hasWaiting()
        && (heap.size() == 0
            || heap.top().compare(inputs.waitingKeys(), inputs.firstWaiting()) >= 0)) {
      MergeCursor opened = inputs.openFirstWaiting();
      if (opened != null) {
        heap.add(opened);
        count();
      }
    }
    return heap.size() > 0;
  }

  private void addRun(MergeCursor cursor, int end) {
    int count = end - cursor.row();
    runCursors[runs] = cursor;
    runStarts[runs] = cursor.row();
    runCounts[runs] = count;
    runs++;
    runRows += count;
    rowMap.add(cursor.input(), cursor.position(cursor.row()), count);
  }

  /** Puts the top back into order after it has moved; reads its next batch if need be. */
  private void advance(MergeCursor top, OutputFiles files) {
    if (!top.toLiveRow()) {
      copyRuns(files);
      if (!top.load()) {
        heap.remove(top);
        inputs.exhausted(top);
        return;
      }
      count();
    }
    heap.topMoved();
  }

  /**
   * Two inputs have a live row with the same key, which only another engine's append can bring
   * about. The row that was committed last stays.
   */
  private void supersede(MergeCursor top, MergeCursor second, OutputFiles files) {
    MergeCursor older = inputs.isOlder(top, second) ? top : second;
    inputs.supersede(older);
    heap.remove(older);
    older.moveTo(older.row() + 1);
    if (!older.toLiveRow()) {
      copyRuns(files);
      if (!older.load()) {
        inputs.exhausted(older);
        return;
      }
      count();
    }
    heap.add(older);
  }

  private void copyRuns(OutputFiles files) {
    int rowId = output.columnCount() - 2;
    if (runRows < runs * RUN_ROWS_WORTH_COPYING) {
      gatherRows(rowId);
    } else {
      for (int column = 0; column < rowId; column++) {
        Column target = output.column(column);
        for (int run = 0; run < runs; run++) {
          target.append(cursor(run).batch().column(column), runStarts[run], runCounts[run]);
        }
      }
    }
    for (int run = 0; run < runs; run++) {
      appendLineage(run, rowId);
    }
    outputRows += runRows;
    runs = 0;
    runRows = 0;
    if (outputRows == OUTPUT_ROWS || output.bytes() >= OUTPUT_BYTES) {
      writeOutput(files);
    }
  }

  /** Short runs cost more to set up than to copy: their rows are gathered one by one. */
  private void gatherRows(int columns) {
    List<MergeCursor> cursors = new ArrayList<>();
    int[] numbers = new int[task.inputs().size()];
    int row = 0;
    for (int run = 0; run < runs; run++) {
      MergeCursor cursor = cursor(run);
      if (numbers[cursor.input()] == 0) {
        cursors.add(cursor);
        numbers[cursor.input()] = cursors.size();
      }
      for (int i = 0; i < runCounts[run]; i++) {
        rowCursors[row] = numbers[cursor.input()] - 1;
        rows[row++] = runStarts[run] + i;
      }
    }
    Column[] sources = new Column[cursors.size()];
    for (int column = 0; column < columns && row > 0; column++) {
      for (int i = 0; i < sources.length; i++) {
        sources[i] = cursors.get(i).batch().column(column);
      }
      output.column(column).gather(sources, rowCursors, rows, row);
    }
  }

  private MergeCursor cursor(int run) {
    MergeCursor cursor = runCursors[run];
    if (cursor == null) {
      throw new IllegalStateException("No run " + run + " of " + runs);
    }
    return cursor;
  }

  /** What a row does not store it has inherited from its file, and would lose by moving. */
  private void appendLineage(int run, int rowId) {
    MergeCursor cursor = cursor(run);
    TaskInput file = cursor.file();
    LongColumn ids = (LongColumn) output.column(rowId);
    LongColumn storedIds = (LongColumn) cursor.batch().column(rowId);
    LongColumn sequences = (LongColumn) output.column(rowId + 1);
    LongColumn storedSequences = (LongColumn) cursor.batch().column(rowId + 1);
    for (int row = runStarts[run]; row < runStarts[run] + runCounts[run]; row++) {
      if (!storedIds.isNull(row)) {
        ids.append(storedIds.get(row));
      } else if (file.firstRowId() >= 0) {
        ids.append(file.firstRowId() + cursor.position(row));
      } else {
        ids.appendNull();
      }
      sequences.append(
          storedSequences.isNull(row) ? file.dataSequenceNumber() : storedSequences.get(row));
    }
  }

  /** The safe point: nothing is half done but the files, which closing deletes. */
  private void writeOutput(OutputFiles files) {
    if (environment.stopRequested().getAsBoolean()) {
      throw new ClosedException("Compaction job " + task.jobId() + " was asked to stop");
    }
    count();
    if (outputRows > 0) {
      files.write(output);
      output.clear();
      outputRows = 0;
    }
  }

  private void count() {
    int rows = outputRows;
    for (int i = 0; i < heap.size(); i++) {
      rows += heap.at(i).batchRows();
    }
    rowsBufferedMax = Math.max(rowsBufferedMax, rows);
  }
}
