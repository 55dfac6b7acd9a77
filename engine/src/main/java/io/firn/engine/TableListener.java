package io.firn.engine;

/**
 * Is told what a table does, on the threads that do it and without any lock held. An exception
 * thrown by a listener is logged and goes no further. Every method does nothing by default.
 */
public interface TableListener {

  /** A flush has been committed. */
  default void onFlush(FlushEvent event) {}

  /** A compaction has been committed. */
  default void onCompaction(CompactionEvent event) {}

  /** A batch of files has been deleted from storage. */
  default void onSweep(SweepEvent event) {}

  /** Writers have begun, or ceased, to be slowed down or stopped. */
  default void onBackpressure(BackpressureEvent event) {}

  /** The engine has met its first fatal error and refuses writes from now on. */
  default void onFailure(Throwable failure) {}

  /**
   * @param snapshotId the Iceberg snapshot
   * @param sequence the table's state in it, by sequence number
   * @param rowsWritten rows in the new data file
   * @param rowsMasked rows of older files that the flush replaced or deleted
   * @param bytesWritten length of the new data file
   * @param durationMillis from claiming the memtable to the commit
   */
  record FlushEvent(
      long snapshotId,
      long sequence,
      long rowsWritten,
      long rowsMasked,
      long bytesWritten,
      long durationMillis) {}

  /**
   * @param snapshotId the Iceberg snapshot
   * @param level the level written to
   * @param filesIn input files
   * @param filesOut output files
   * @param bytesIn bytes of the inputs
   * @param bytesOut bytes of the outputs
   * @param durationMillis from start to commit
   */
  record CompactionEvent(
      long snapshotId,
      int level,
      int filesIn,
      int filesOut,
      long bytesIn,
      long bytesOut,
      long durationMillis) {}

  /**
   * @param files files deleted
   * @param bytes their bytes, as far as they were known
   */
  record SweepEvent(int files, long bytes) {}

  /**
   * @param state what writers feel now
   * @param reason why
   */
  record BackpressureEvent(BackpressureState state, String reason) {}

  /** What writers feel. */
  enum BackpressureState {
    /** Nothing. */
    FREE,
    /** A delay for each write. */
    DELAYED,
    /** A wait until there is room. */
    STALLED
  }
}
