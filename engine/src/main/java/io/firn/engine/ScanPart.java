package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.format.DataFileReader;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of one file's rows, read in one go. Compared by identity.
 *
 * <p>The parts of a scan are the units in which several threads share it.
 */
final class ScanPart {

  /** Small enough to keep several threads busy to the end, large enough to be worth opening. */
  private static final long ROWS_MAX = 128 * 1024;

  private final FileView file;
  private final DeletionVector masked;
  private final ScanRequest request;

  /** Positions; of a file that is not sorted always all. */
  private final long from;

  private final long to;

  private ScanPart(FileView file, DeletionVector masked, ScanRequest request, long from, long to) {
    this.file = file;
    this.masked = masked;
    this.request = request;
    this.from = from;
    this.to = to;
  }

  /**
   * The parts of a file within the request's range of keys, in order.
   *
   * @param masked all positions to leave out
   */
  static List<ScanPart> of(FileView file, DeletionVector masked, ScanRequest request) {
    DataFileReader reader = file.reader();
    long rows = reader.rowCount();
    if (!reader.sorted()) {
      return List.of(new ScanPart(file, masked, request, 0, rows));
    }
    byte[] fromKey = request.from();
    byte[] toKey = request.to();
    long start = fromKey == null ? 0 : reader.lowerBound(fromKey);
    long end = toKey == null ? rows : reader.lowerBound(toKey);
    long count = (end - start + ROWS_MAX - 1) / ROWS_MAX;
    List<ScanPart> parts = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      parts.add(
          new ScanPart(
              file,
              masked,
              request,
              start + (end - start) * i / count,
              start + (end - start) * (i + 1) / count));
    }
    return parts;
  }

  /** The number of rows, masked ones included. */
  long rows() {
    return to - from;
  }

  DeletionVector masked() {
    return masked;
  }

  /**
   * Opens the part; the scan keeps the file open for itself.
   *
   * @param rowsInAll of all parts
   */
  RowScan open(Projection projection, @Nullable Expression pruning, long rowsInAll) {
    DataFileReader reader = file.reader();
    return reader.sorted()
        ? reader.scan(projection, from, to, pruning, masked, rowsInAll)
        : reader.scanKeys(projection, request.from(), request.to(), pruning);
  }
}
