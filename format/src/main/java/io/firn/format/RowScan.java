package io.firn.format;

/**
 * A stream of batches of rows of one data file. Not safe for use by several threads at once. The
 * scan keeps its file open until it is closed, whatever happens to the reader it came from.
 *
 * <pre>{@code
 * try (RowScan scan = reader.scan(projection, 0, reader.rowCount(), null)) {
 *   while (scan.next()) {
 *     use(scan.batch(), scan.position());
 *   }
 * }
 * }</pre>
 */
public interface RowScan extends AutoCloseable {

  /** The most rows a batch holds. */
  int MAX_BATCH_ROWS = 4096;

  /**
   * Moves to the next batch, which has at least one row; false when there is none. The rows of the
   * batch before are gone.
   *
   * @throws io.firn.error.CorruptionException if the bytes of a page are damaged
   * @throws io.firn.error.StorageException if the storage fails
   */
  boolean next();

  /**
   * As {@link #next()}, with the rows in a batch of the caller's, which is {@link #batch()} until
   * the next move and then the caller's alone: another thread may go on with it.
   *
   * @param target of the projection's schema; what it held is forgotten
   */
  boolean next(ColumnBatch target);

  /** The position in the file of the first row of the batch. */
  long position();

  /**
   * The position in the file of a row of the batch: {@code position() + row}, except in a {@link
   * DataFileReader#scanKeys key-ordered scan} of a file that is not sorted by key.
   */
  default long position(int row) {
    return position() + row;
  }

  /**
   * True if the rows of a batch stand one after the other in the file, so that {@code position() +
   * row} is the position of each.
   */
  default boolean inFileOrder() {
    return true;
  }

  /**
   * The rows, in the schema of the projection. Bounded in rows ({@link #MAX_BATCH_ROWS}) and in
   * bytes (a few MiB, or a single row that is larger). Belongs to the scan and is overwritten by
   * the next call of {@link #next()}.
   */
  ColumnBatch batch();

  /** Releases the file. Closing again does nothing. */
  @Override
  void close();
}
