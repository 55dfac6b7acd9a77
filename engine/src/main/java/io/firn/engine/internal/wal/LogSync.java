package io.firn.engine.internal.wal;

/** What a writer asks of the log for one batch. */
public enum LogSync {
  /** The writer will call {@link WriteAheadLog#awaitDurable}, and shares an fsync with others. */
  NOW,
  /** The log fsyncs by itself within its interval. */
  SOON,
  /** The log hands the bytes to the operating system within its interval, and does not fsync. */
  NEVER
}
