package io.firn.format;

import io.firn.error.ClosedException;
import io.firn.format.FileScan.Direction;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/** One user's hold on an open file. */
final class PinnedReader implements DataFileReader {

  private final OpenFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param file retained for this reader
   */
  PinnedReader(OpenFile file) {
    this.file = file;
  }

  private OpenFile file() {
    if (closed.get()) {
      throw new ClosedException("the reader of " + file.path() + " has been closed");
    }
    return file;
  }

  @Override
  public String path() {
    return file.path();
  }

  @Override
  public long rowCount() {
    return file.rowCount();
  }

  @Override
  public byte @Nullable [] firstKey() {
    return file().rowCount() == 0 ? null : file.keys().first().clone();
  }

  @Override
  public byte @Nullable [] lastKey() {
    return file().rowCount() == 0 ? null : file.keys().last().clone();
  }

  @Override
  public boolean hasIndex() {
    return file.index() != null;
  }

  @Override
  public boolean sorted() {
    return file().rowCount() == 0 || file.keys().sorted();
  }

  @Override
  public @Nullable KeyFilter filter() {
    DataFileIndex index = file().index();
    return index == null ? null : index.filter();
  }

  @Override
  public long find(byte[] key) {
    return file().rowCount() == 0 ? -1 : file.keys().find(key);
  }

  @Override
  public void find(KeyList keys, int from, int to, FoundKey sink) {
    if (file().rowCount() > 0) {
      file.keys().find(keys, from, to, sink);
    }
  }

  @Override
  public long lowerBound(byte[] key) {
    if (file().rowCount() == 0) {
      return 0;
    }
    if (!file.keys().sorted()) {
      throw new IllegalStateException(path() + " is not sorted by key");
    }
    return file.keys().lowerBound(key);
  }

  @Override
  public Record read(long position, Projection projection) {
    checkPosition(position);
    return file.project(projection).read(position);
  }

  @Override
  public Record lookUp(long position, Projection projection, RowMask deleted) {
    checkPosition(position);
    return file.rows(projection).read(position, deleted);
  }

  private void checkPosition(long position) {
    if (position < 0 || position >= file().rowCount()) {
      throw new IndexOutOfBoundsException(
          "row " + position + " of " + path() + ", which has " + file.rowCount());
    }
  }

  @Override
  public RowScan scan(
      Projection projection,
      long from,
      long to,
      @Nullable Expression pagePruning,
      RowMask deleted,
      long rowsInAll) {
    return file().scan(projection, from, to, pagePruning, deleted, Direction.FORWARD, rowsInAll);
  }

  @Override
  public RowScan scanReverse(
      Projection projection,
      long from,
      long to,
      @Nullable Expression pagePruning,
      RowMask deleted) {
    return file().scan(projection, from, to, pagePruning, deleted, Direction.BACKWARD, ONCE);
  }

  @Override
  public RowScan scanKeys(
      Projection projection,
      byte @Nullable [] fromKey,
      byte @Nullable [] toKey,
      @Nullable Expression pagePruning) {
    return file().scanKeys(projection, fromKey, toKey, pagePruning, Direction.FORWARD);
  }

  @Override
  public RowScan scanKeysReverse(
      Projection projection,
      byte @Nullable [] fromKey,
      byte @Nullable [] toKey,
      @Nullable Expression pagePruning) {
    return file().scanKeys(projection, fromKey, toKey, pagePruning, Direction.BACKWARD);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      file.release();
    }
  }
}
