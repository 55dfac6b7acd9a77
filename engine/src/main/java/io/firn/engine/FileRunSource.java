package io.firn.engine;

import io.firn.format.ColumnBatch;
import io.firn.format.KeyCodec;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import java.util.Iterator;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The live rows of the files of one sorted run, one file after the other, as an input of an ordered
 * scan.
 */
final class FileRunSource implements MergeSource {

  private final ScanRequest request;
  private final Iterator<FileView> files;
  private final Projection projection;
  private final @Nullable Expression pruning;
  private final KeyCodec keyCodec;
  private final boolean descending;
  private final KeyList keys = new KeyList();
  private final int[] selection = new int[RowScan.MAX_BATCH_ROWS];

  private @Nullable FileView file;
  private @Nullable RowScan scan;
  private int selected;
  private int at;

  /**
   * @param files of one run, in the order of the scan
   */
  FileRunSource(
      ScanRequest request,
      Iterator<FileView> files,
      Projection projection,
      @Nullable Expression pruning) {
    this.request = request;
    this.files = files;
    this.projection = projection;
    this.pruning = pruning;
    this.keyCodec = request.schema().keys();
    this.descending = request.order() == ScanRequest.Order.DESCENDING;
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
      RowScan open = scan;
      FileView current = file;
      if (open == null || current == null) {
        if (!files.hasNext()) {
          return false;
        }
        current = files.next();
        open =
            descending
                ? current
                    .reader()
                    .scanKeysReverse(projection, request.from(), request.to(), pruning)
                : current.reader().scanKeys(projection, request.from(), request.to(), pruning);
        file = current;
        scan = open;
      }
      if (open.next()) {
        selected = LiveRows.select(open, current.deleted(), selection);
        keys.clear();
        keyCodec.append(open.batch(), 0, open.batch().rowCount(), keys);
        at = 0;
        return true;
      }
      open.close();
      scan = null;
    }
  }

  private int row() {
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
  public void appendTo(ColumnBatch target) {
    RowScan open = scan;
    if (open == null) {
      throw new IllegalStateException("The source is not at a row");
    }
    target.append(open.batch(), row(), 1);
  }

  @Override
  public void close() {
    RowScan open = scan;
    if (open != null) {
      open.close();
      scan = null;
    }
  }
}
