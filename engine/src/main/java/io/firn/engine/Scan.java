package io.firn.engine;

import java.time.Instant;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;

/**
 * A description of a scan; immutable, each method returns a narrower one. Nothing is read before
 * {@link #records} or {@link #arrow}; the state of the table read is the one at that moment, and
 * stays the same until the result is closed.
 */
public interface Scan {

  /** Keys not below this one: values of all key columns, or of the leading ones. */
  Scan from(Object... key);

  /** Keys below this one: values of all key columns, or of the leading ones. */
  Scan to(Object... key);

  /** Keys whose leading key columns have exactly these values. */
  Scan prefix(Object... leading);

  /**
   * Keys whose leading key columns have exactly these values, except the last one, a string or
   * binary, which starts with the value given.
   */
  Scan startsWith(Object... leading);

  /** Descending key order. */
  Scan reverse();

  /**
   * Any order, which is faster: files are read one after the other. The default for {@link #arrow};
   * {@link #records} is ordered by key unless this is asked for. Cannot be combined with {@link
   * #reverse}.
   */
  Scan unordered();

  /** Ascending key order, also for {@link #arrow}. */
  Scan ordered();

  /**
   * Only these columns, in this order. Names of nested fields select the fields within their
   * struct.
   */
  Scan select(String... columns);

  /**
   * Only rows for which the expression, over any columns of the table, is true. A comparison with
   * null is neither true nor false, as in SQL; ask with {@code isNull}.
   */
  Scan filter(Expression filter);

  /** At most this many rows. */
  Scan limit(long rows);

  /** The table as the Iceberg snapshot with this id has it; unflushed rows are not part of it. */
  Scan asOf(long snapshotId);

  /**
   * Only committed rows, of the snapshot that was the current one at a time; it is looked up now.
   *
   * @throws io.firn.error.SnapshotUnavailableException if there was none, or it has expired
   */
  Scan asOf(Instant time);

  /**
   * Only committed rows, of the snapshot that a tag or branch names now.
   *
   * @throws io.firn.error.SnapshotUnavailableException if there is no such name
   */
  Scan asOf(String ref);

  /**
   * The rows. Every iterator must be closed; closing the iterable closes those that are left.
   *
   * @throws io.firn.error.InvalidArgumentException if columns, filter or bounds do not fit the
   *     schema
   */
  CloseableIterable<Record> records();

  /**
   * The rows as Arrow batches of at most a few thousand rows each. The caller closes the reader,
   * and owns the allocator.
   */
  ArrowReader arrow(BufferAllocator allocator);
}
