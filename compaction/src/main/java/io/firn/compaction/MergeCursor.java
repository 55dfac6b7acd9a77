package io.firn.compaction;

import io.firn.catalog.DeletionVector;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.KeyCodec;
import io.firn.format.KeyList;
import io.firn.format.RowScan;

/**
 * The live rows of one input by key, one batch in memory. Stands on a live row whenever its last
 * {@link #load} or {@link #toLiveRow} said so. Not safe for use by several threads.
 */
final class MergeCursor implements AutoCloseable {

  private final int input;
  private final TaskInput file;
  private final DataFileReader reader;
  private final RowScan scan;
  private final KeyCodec codec;
  private final DeletionVector deleted;
  private final boolean sorted;
  private final KeyList keys = new KeyList();

  /** The first eight bytes of the current key as a number: enough to tell most keys apart. */
  private long prefix;

  private int row;
  private int rows;
  private int stretchEnd;

  /** Takes over the reader and the scan, also if it fails. */
  MergeCursor(
      int input,
      TaskInput file,
      DataFileReader reader,
      RowScan scan,
      KeyCodec codec,
      DeletionVector deleted) {
    this.input = input;
    this.file = file;
    this.reader = reader;
    this.scan = scan;
    this.codec = codec;
    this.deleted = deleted;
    this.sorted = reader.sorted();
  }

  int input() {
    return input;
  }

  TaskInput file() {
    return file;
  }

  /** The rows in memory; overwritten by {@link #load}. */
  ColumnBatch batch() {
    return scan.batch();
  }

  int batchRows() {
    return rows;
  }

  /** The row of the batch on which this cursor stands. */
  int row() {
    return row;
  }

  /** Where the current run of rows that follow each other in the file and are live ends. */
  int stretchEnd() {
    return stretchEnd;
  }

  /** The position in the file of a row of the batch. */
  long position(int batchRow) {
    return scan.position(batchRow);
  }

  /** Reads batches until one has a live row; false at the end. */
  boolean load() {
    while (scan.next()) {
      rows = scan.batch().rowCount();
      row = 0;
      stretchEnd = 0;
      if (skipDeleted()) {
        keys.clear();
        codec.append(scan.batch(), 0, rows, keys);
        prefix = keys.prefix(row);
        return true;
      }
    }
    rows = 0;
    row = 0;
    return false;
  }

  void moveTo(int batchRow) {
    row = batchRow;
  }

  /** Moves on to a live row, unless this is one; false if the batch has no more. */
  boolean toLiveRow() {
    if (row < stretchEnd || skipDeleted()) {
      prefix = keys.prefix(row);
      return true;
    }
    return false;
  }

  private boolean skipDeleted() {
    while (row < rows && deleted.contains(scan.position(row))) {
      row++;
    }
    if (row == rows) {
      return false;
    }
    if (sorted) {
      long base = scan.position();
      long next = deleted.nextDeleted(base + row);
      stretchEnd = next < 0 || next >= base + rows ? rows : (int) (next - base);
    } else {
      stretchEnd = row + 1;
    }
    return true;
  }

  int compare(MergeCursor other) {
    int byPrefix = Long.compareUnsigned(prefix, other.prefix);
    return byPrefix != 0 ? byPrefix : keys.compare(row, other.keys, other.row);
  }

  int compare(KeyList others, int i) {
    return keys.compare(row, others, i);
  }

  /** The first row after this one, up to {@code end}, whose key is not below the other's. */
  int runBefore(MergeCursor other, int end) {
    int next = row + 1;
    if (next < end && Long.compareUnsigned(keys.prefix(next), other.prefix) > 0) {
      return next;
    }
    return runBefore(other.keys, other.row, end);
  }

  /** As {@link #runBefore(MergeCursor, int)}: looks near first, since runs are mostly short. */
  int runBefore(KeyList others, int i, int end) {
    return keys.lowerBound(others, i, row + 1, end);
  }

  @Override
  public void close() {
    try (reader) {
      scan.close();
    }
  }
}
