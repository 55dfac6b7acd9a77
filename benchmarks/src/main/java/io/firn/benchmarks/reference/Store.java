package io.firn.benchmarks.reference;

/**
 * A store under measurement, as the workload sees it. Written by one thread; each reading thread
 * has a reader of its own. A failure of the store is an exception that ends the run.
 *
 * @param <R> the store's own row: a real object with every value decoded
 */
interface Store<R> extends ReferenceWrites.Target, AutoCloseable {

  /** Has everything written so far survive the death of the process, if the store has a log. */
  void acknowledge();

  /**
   * Has everything written so far flushed and committed, and waits until no compaction is due. A
   * store that has no log commits here and at intervals of its own.
   */
  void settle();

  /** Compacts everything; returns when it is done. */
  void compact();

  /** A reader of the state as it is now, for one thread. */
  StoreReader<R> reader();

  /** The bytes of the files that make up the current state. */
  long liveBytes();

  @Override
  void close();
}
