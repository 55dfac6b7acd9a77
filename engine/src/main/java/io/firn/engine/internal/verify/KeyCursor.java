package io.firn.engine.internal.verify;

import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.KeyCodec;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one file in ascending order, a batch at a time. Until it is opened it holds no more
 * than the file's first key. Used by one thread.
 */
final class KeyCursor implements AutoCloseable {

  private final VerifiedFile file;
  private final KeyCodec codec;
  private final KeyList keys = new KeyList();
  private @Nullable ColumnFacts[] facts = {};
  private @Nullable RowScan scan;
  private int row;

  KeyCursor(VerifiedFile file, byte[] firstKey) {
    this.file = file;
    this.codec = file.schema().keys();
    keys.add(firstKey);
  }

  VerifiedFile file() {
    return file;
  }

  boolean opened() {
    return scan != null;
  }

  /** Begins to read. False if the file has no rows after all. */
  boolean open(Projection projection) {
    facts = ColumnFacts.of(projection.schema());
    try (DataFileReader reader = file.reopen()) {
      scan = reader.scanKeys(projection, null, null, null);
    }
    return load();
  }

  /** The rows of the batch that was loaded last. */
  int batchRows() {
    return keys.size();
  }

  /** True at the first row of a batch. */
  boolean atBatch() {
    return row == 0;
  }

  int compareTo(KeyCursor other) {
    return keys.compare(row, other.keys, other.row);
  }

  /** The order of the row's key and the first key of a list. */
  int compareTo(KeyList key) {
    return keys.compare(row, key, 0);
  }

  void copyKeyTo(KeyList target) {
    target.clear();
    target.add(keys, row);
  }

  long position() {
    return scan().position(row);
  }

  boolean live() {
    return !file.file().deleted().contains(position());
  }

  /** Moves to the next row; false at the end. */
  boolean advance() {
    return ++row < keys.size() || load();
  }

  private boolean load() {
    RowScan open = scan();
    keys.clear();
    row = 0;
    if (!open.next()) {
      return false;
    }
    ColumnBatch batch = open.batch();
    codec.append(batch, 0, batch.rowCount(), keys);
    for (ColumnFacts fact : facts) {
      if (fact != null) {
        fact.add(batch);
      }
    }
    return true;
  }

  /** What the statistics of the key columns must say, once the end has been reached. */
  void compareStatistics(Findings findings) {
    for (ColumnFacts fact : facts) {
      if (fact != null) {
        fact.compareWith(file.entry(), findings);
      }
    }
  }

  private RowScan scan() {
    RowScan open = scan;
    if (open == null) {
      throw new IllegalStateException("not opened");
    }
    return open;
  }

  @Override
  public void close() {
    if (scan != null) {
      scan.close();
    }
  }
}
