package io.firn.benchmarks.ycsb;

import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A store under YCSB: rows of named text fields by a text key. Safe for use by many threads.
 * Closing makes everything durable.
 */
interface YcsbStore extends AutoCloseable {

  /** Writes a whole row. */
  void insert(String key, Map<String, String> fields);

  /** Replaces some fields of a row that exists. False if it does not. */
  boolean update(String key, Map<String, String> fields);

  /** All fields of a row; null if there is none. */
  @Nullable Map<String, String> read(String key);

  /** The first rows from a key on, in order of their keys. */
  SortedMap<String, Map<String, String>> scan(String firstKey, int rows);

  /** How many rows there are, by reading all of them. */
  long countRows();

  /** Waits until what was written is where it will stay: flushed, and no compaction due. */
  void settle();

  @Override
  void close();
}
