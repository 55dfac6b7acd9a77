package io.firn.format;

import io.firn.error.ClosedException;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * A data file open for reading by row position and by key. Every byte that a row is made of has
 * passed a checksum wherever the file carries one, and always does in files Firn wrote.
 *
 * <p>Safe for use by any number of threads. Obtained pinned from {@link DataFileReaders#open} and
 * released by {@link #close()}; while it is pinned, reading works even after the file has been
 * deleted.
 *
 * <p>Positions count from 0 in file order. Files that Firn wrote are sorted by key and hold a key
 * at most once. Other files may be unsorted and repeat keys: the first operation that needs the
 * order reads all key columns once, and if they are not ascending keeps a sorted permutation in
 * memory: the encoded keys and about eight bytes a row, for as long as the file stays open.
 *
 * <p>All methods throw {@link CorruptionException} for damaged bytes, {@link StorageException} when
 * the storage fails and {@link ClosedException} after {@link #close()}.
 */
public interface DataFileReader extends AutoCloseable {

  /** For scans that are not likely to be repeated, instead of how many rows they read in all. */
  long ONCE = Long.MAX_VALUE;

  /** The path the file was opened by. */
  String path();

  /** The number of rows in the file, deleted ones included. */
  long rowCount();

  /** The smallest encoded key; null if the file has no rows. */
  byte @Nullable [] firstKey();

  /** The largest encoded key; null if the file has no rows. */
  byte @Nullable [] lastKey();

  /** Whether the file carries Firn's index. What Firn wrote does; losing it costs only speed. */
  boolean hasIndex();

  /** Whether the rows stand in strictly ascending order of key. */
  boolean sorted();

  /**
   * A filter over the file's keys; null if it has none. Costs little; ask before {@link
   * #find(byte[])} when there are several files to look into.
   */
  @Nullable KeyFilter filter();

  /**
   * The position of the row with this key, or -1. Of several rows with the same key in a foreign
   * file, the last.
   */
  long find(byte[] key);

  /**
   * Finds the positions of {@code keys[from, to)}, reading key columns only: probes the filter and
   * single pages when the keys are few among many rows, and merges page by page otherwise.
   */
  void find(KeyList keys, int from, int to, FoundKey sink);

  /**
   * The position of the first row whose key is at or after {@code key}; the row count if there is
   * none.
   *
   * @throws IllegalStateException if the file is not {@link #sorted()}
   */
  long lowerBound(byte[] key);

  /** The row at a position. Keeps nothing in memory; see {@link #lookUp}. */
  Record read(long position, Projection projection);

  /**
   * The row at a position, which may well be looked up again, or its neighbours: they are kept in
   * memory as {@link CacheOptions} bound it.
   *
   * @param projection all columns of a table, by {@link Projection#all}
   * @param deleted rows that nobody will look up
   */
  Record lookUp(long position, Projection projection, RowMask deleted);

  /**
   * The rows in {@code [from, to)} in file order.
   *
   * @param pagePruning pages of which statistics prove that no row matches are skipped; rows that
   *     do not match may still be returned
   * @param deleted rows that the caller passes over: their values are unspecified
   * @param rowsInAll how many rows are read by all the scans that this one is a part of: if these
   *     columns of so many rows, all of fixed width, would take no more than an eighth of {@link
   *     CacheOptions#pageBytes}, their decoded pages are kept for the next time; or {@link #ONCE}
   */
  RowScan scan(
      Projection projection,
      long from,
      long to,
      @Nullable Expression pagePruning,
      RowMask deleted,
      long rowsInAll);

  /** The same for a scan that is not likely to be repeated: only a short one keeps its pages. */
  default RowScan scan(
      Projection projection,
      long from,
      long to,
      @Nullable Expression pagePruning,
      RowMask deleted) {
    return scan(projection, from, to, pagePruning, deleted, ONCE);
  }

  /** The same with the values of every row. */
  default RowScan scan(
      Projection projection, long from, long to, @Nullable Expression pagePruning) {
    return scan(projection, from, to, pagePruning, RowMask.NONE);
  }

  /**
   * The rows in {@code [from, to)} from the end: the batches come in descending order, the rows
   * within a batch in ascending order, so that a caller reads each batch from its last row.
   */
  RowScan scanReverse(
      Projection projection, long from, long to, @Nullable Expression pagePruning, RowMask deleted);

  /**
   * The rows with keys in {@code [fromKey, toKey)} in ascending order of key, also when the file is
   * not sorted. Then {@link RowScan#position(int)} says where each row stands.
   *
   * @param fromKey the first key, or null to begin with the smallest
   * @param toKey the key after the last, or null to end with the largest
   */
  RowScan scanKeys(
      Projection projection,
      byte @Nullable [] fromKey,
      byte @Nullable [] toKey,
      @Nullable Expression pagePruning);

  /** As {@link #scanKeys}, with the batches in descending order, as in {@link #scanReverse}. */
  RowScan scanKeysReverse(
      Projection projection,
      byte @Nullable [] fromKey,
      byte @Nullable [] toKey,
      @Nullable Expression pagePruning);

  /** Releases the file. Closing again does nothing. */
  @Override
  void close();
}
