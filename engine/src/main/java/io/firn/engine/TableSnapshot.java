package io.firn.engine;

/**
 * A repeatable read: the table as it was when the snapshot was taken, whatever is written since. It
 * keeps the memtables and files it needs; the bytes of memtables that only snapshots keep are
 * bounded by {@link FirnOptions#snapshotMemoryBytesMax()}, beyond which the oldest snapshot is
 * given up and answers {@link io.firn.error.SnapshotUnavailableException}. For long reads of
 * committed data use {@link Scan#asOf}, which costs no memory.
 *
 * <p>Close it when done. Closing again does nothing.
 */
public interface TableSnapshot extends TableReader, AutoCloseable {

  /** The state contains every write up to this sequence number and nothing after. */
  long sequence();

  @Override
  void close();
}
