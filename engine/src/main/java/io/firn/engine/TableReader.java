package io.firn.engine;

import io.firn.error.ClosedException;
import io.firn.error.InvalidArgumentException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;

/**
 * Reads of one state of a table: the newest for a {@link FirnTable}, a fixed one for a {@link
 * TableSnapshot}. Safe for use by many threads; no read takes a lock or waits for a writer.
 */
public interface TableReader {

  /** The table's schema; its identifier fields are the key. */
  Schema schema();

  /** The names of the key columns, in key order. */
  List<String> keyColumns();

  /**
   * The row with this key.
   *
   * @param key the values of the key columns, in key order, as Iceberg's generic rows hold them
   * @throws InvalidArgumentException if the values do not fit the key columns
   * @throws ClosedException if the table or snapshot is closed
   */
  Optional<Record> get(Object... key);

  /**
   * The rows with these keys, in the order of the keys, all from one state of the table.
   *
   * @param keys each a list of the values of the key columns, in key order
   */
  List<Optional<Record>> multiGet(List<? extends List<?>> keys);

  /** A scan of all rows, to be narrowed. */
  Scan scan();
}
