package io.firn.engine;

/** What an acknowledged write survives. */
public enum Durability {
  /**
   * The write-ahead log has been fsynced: the write survives a killed process, a crash of the
   * operating system and a power cut. Writers that wait at the same time share one fsync.
   */
  SYNC,

  /**
   * The write is with the operating system's file cache within {@link
   * FirnOptions#walSyncIntervalMillis()} and fsynced at that interval. A crash of any kind loses at
   * most the writes of one interval, and always keeps a prefix.
   */
  ASYNC,

  /**
   * The write is logged, but nobody fsyncs before the segment is sealed. A crash keeps some prefix
   * of the writes since the last flush.
   */
  NONE
}
