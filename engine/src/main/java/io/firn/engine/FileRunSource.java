package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.KeyCodec;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import java.util.Iterator;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The live rows of the files of one sorted run, one file after the other, as an input of an ordered
 * scan. A scan with a limit reads a stretch of about its share of these rows at first, and longer
 * ones if that was not enough.
 */
final class FileRunSource implements MergeSource {

  private static final long STRETCH_LEAST = 16;
  private static final int STRETCH_GROWTH = 4;

  /** Runs lie among each other at random: most of them have no more than this of their share. */
  private static final double STRETCH_SLACK = 1.25;

  private final ScanRequest request;
  private final Iterator<FileView> files;
  private final Projection projection;
  private final @Nullable Expression pruning;
  private final KeyCodec keyCodec;
  private final boolean descending;
  private final KeyList keys = new KeyList();

  private @Nullable FileView file;
  private @Nullable RowScan scan;

  /** The positions of the file that have not been opened yet. */
  private long from;

  private long to;
  private long stretch;
  private int[] selection = {};
  private int selected;
  private int at;

  /**
   * @param files of one run, in the order of the scan
   * @param share of all rows that are scanned, those of this run
   */
  FileRunSource(
      ScanRequest request,
      Iterator<FileView> files,
      double share,
      Projection projection,
      @Nullable Expression pruning) {
    this.request = request;
    this.files = files;
    this.projection = projection;
    this.pruning = pruning;
    this.keyCodec = request.schema().keys();
    this.descending = request.order() == ScanRequest.Order.DESCENDING;
    double expected = STRETCH_LEAST + STRETCH_SLACK * share * request.limit();
    this.stretch = Math.min(request.limit(), (long) expected);
  }

  @Override
  public boolean advance() {
    at++;
    while (at >= selected) {
      if (!nextBatch()) {
        return false;
      }
    }
    return true;
  }

  private boolean nextBatch() {
    while (true) {
      RowScan open = scan == null ? open() : scan;
      if (open == null) {
        return false;
      }
      scan = open;
      FileView current = file;
      if (current != null && open.next()) {
        int rows = open.batch().rowCount();
        if (selection.length <= rows) {
          selection = new int[rows + 1];
        }
        selected = LiveRows.select(open, current.deleted(), selection);
        keys.clear();
        keyCodec.append(open.batch(), 0, rows, keys);
        at = 0;
        return true;
      }
      open.close();
      scan = null;
    }
  }

  /** Opens what comes next; null at the end. */
  private @Nullable RowScan open() {
    FileView current = file;
    if (current != null && from < to) {
      return openStretch(current);
    }
    if (!files.hasNext()) {
      return null;
    }
    current = files.next();
    file = current;
    DataFileReader reader = current.reader();
    byte[] fromKey = request.from();
    byte[] toKey = request.to();
    if (!reader.sorted()) {
      return descending
          ? reader.scanKeysReverse(projection, fromKey, toKey, pruning)
          : reader.scanKeys(projection, fromKey, toKey, pruning);
    }
    from = fromKey == null ? 0 : reader.lowerBound(fromKey);
    to = toKey == null ? reader.rowCount() : reader.lowerBound(toKey);
    return openStretch(current);
  }

  private RowScan openStretch(FileView stretched) {
    DataFileReader reader = stretched.reader();
    long rows = Math.min(stretch, to - from);
    stretch = stretch > Long.MAX_VALUE / STRETCH_GROWTH ? stretch : stretch * STRETCH_GROWTH;
    if (descending) {
      to -= rows;
      return reader.scanReverse(projection, to, to + rows, pruning, stretched.deleted());
    }
    from += rows;
    return reader.scan(projection, from - rows, from, pruning, stretched.deleted());
  }

  @Override
  public int row() {
    return selection[descending ? selected - 1 - at : at];
  }

  @Override
  public byte[] keyBytes() {
    return keys.data();
  }

  @Override
  public int keyOffset() {
    return keys.offset(row());
  }

  @Override
  public int keyLength() {
    return keys.length(row());
  }

  @Override
  public boolean isDelete() {
    return false;
  }

  @Override
  public long age() {
    FileView current = file;
    return current == null ? 0 : current.live().dataSequenceNumber();
  }

  @Override
  public ColumnBatch batch() {
    RowScan open = scan;
    if (open == null) {
      throw new IllegalStateException("The source is not at a row");
    }
    return open.batch();
  }

  @Override
  public boolean isLastOfBatch() {
    return at + 1 >= selected;
  }

  @Override
  public void close() {
    RowScan open = scan;
    if (open != null) {
      open.close();
    }
  }
}
