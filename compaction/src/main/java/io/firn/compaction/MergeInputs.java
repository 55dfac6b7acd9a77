package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a merge, opened one by one as their key ranges are reached, and the rows among them
 * that a newer row supersedes. Closing releases every file. Not safe for use by several threads.
 */
final class MergeInputs implements AutoCloseable {

  private final CompactionTask task;
  private final DataFileReaders readers;
  private final TableSchema schema;
  private final Projection projection;
  private final RowMap.Builder rowMap;
  private final List<Integer> waiting = new ArrayList<>();
  private final KeyList waitingKeys = new KeyList();
  private final DeletionVector.Builder[] superseded;
  private final List<MergeCursor> open = new ArrayList<>();
  private int nextWaiting;

  MergeInputs(
      CompactionTask task, DataFileReaders readers, TableSchema schema, RowMap.Builder rowMap) {
    this.task = task;
    this.readers = readers;
    this.schema = schema;
    this.projection = Projection.withLineage(schema);
    this.rowMap = rowMap;
    this.superseded = new DeletionVector.Builder[task.inputs().size()];
    for (int input = 0; input < superseded.length; input++) {
      superseded[input] = DeletionVector.builder();
      if (task.keys().overlaps(task.inputs().get(input).range())) {
        waiting.add(input);
      }
    }
    waiting.sort(
        Comparator.comparing(
            (Integer input) -> task.inputs().get(input).range().first(), Arrays::compareUnsigned));
    waiting.forEach(input -> waitingKeys.add(task.inputs().get(input).range().first()));
  }

  /** True if an input has not been opened yet. */
  boolean hasWaiting() {
    return nextWaiting < waiting.size();
  }

  /** The first keys of the inputs, ascending. */
  KeyList waitingKeys() {
    return waitingKeys;
  }

  /** Which of these belongs to the input to open next. */
  int firstWaiting() {
    return nextWaiting;
  }

  /** Opens the next input; null if it has no live row in the sub-range. */
  @Nullable MergeCursor openFirstWaiting() {
    int input = waiting.get(nextWaiting++);
    TaskInput file = task.inputs().get(input);
    DataFileReader reader = readers.open(file.path(), file.lengthBytes(), schema);
    MergeCursor cursor;
    try {
      DeletionVector deleted = file.deleted();
      if (!reader.sorted()) {
        rowMap.unordered(input, file.rowCount());
        supersedeWithin(input, reader, deleted);
        deleted = deleted.union(superseded[input].build());
      }
      RowScan scan = reader.scanKeys(projection, task.keys().from(), task.keys().to(), null);
      cursor = new MergeCursor(input, file, reader, scan, schema.keys(), deleted);
    } catch (RuntimeException | Error e) {
      reader.close();
      throw e;
    }
    open.add(cursor);
    if (cursor.load()) {
      return cursor;
    }
    exhausted(cursor);
    return null;
  }

  /** Releases an input that has no more rows. */
  void exhausted(MergeCursor cursor) {
    open.remove(cursor);
    cursor.close();
  }

  /** True if the rows of the one were committed before those of the other. */
  boolean isOlder(MergeCursor one, MergeCursor other) {
    int bySequence =
        Long.compare(one.file().dataSequenceNumber(), other.file().dataSequenceNumber());
    return bySequence != 0 ? bySequence < 0 : one.input() < other.input();
  }

  /** Leaves out the row on which a cursor stands. */
  void supersede(MergeCursor cursor) {
    superseded[cursor.input()].add(cursor.position(cursor.row()));
  }

  /** Of several live rows with one key in a file that is not sorted, the last one stays. */
  private void supersedeWithin(int input, DataFileReader reader, DeletionVector deleted) {
    Projection keyColumns = Projection.of(schema, new Schema(schema.keyFields()));
    KeyList keys = new KeyList();
    byte[] lastKey = null;
    long lastPosition = -1;
    try (RowScan scan = reader.scanKeys(keyColumns, task.keys().from(), task.keys().to(), null)) {
      while (scan.next()) {
        int rows = scan.batch().rowCount();
        keys.clear();
        schema.keys().append(scan.batch(), 0, rows, keys);
        for (int row = 0; row < rows; row++) {
          long position = scan.position(row);
          if (deleted.contains(position)) {
            continue;
          }
          if (lastKey != null && keys.compare(row, lastKey) == 0) {
            superseded[input].add(Math.min(position, lastPosition));
            lastPosition = Math.max(position, lastPosition);
          } else {
            lastKey = keys.get(row);
            lastPosition = position;
          }
        }
      }
    }
  }

  /** The rows left out so far, by input. */
  List<DeletionVector> superseded() {
    return Arrays.stream(superseded).map(DeletionVector.Builder::build).toList();
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    for (MergeCursor cursor : open) {
      try {
        cursor.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    open.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
