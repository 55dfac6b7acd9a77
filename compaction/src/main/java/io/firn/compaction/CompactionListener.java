package io.firn.compaction;

/**
 * Told of compactions, on the thread that runs them, without any lock held. What it throws is
 * logged and goes no further.
 */
public interface CompactionListener {

  /** A listener that ignores everything. */
  CompactionListener NONE = new CompactionListener() {};

  /** A job begins to read. */
  default void started(CompactionPlan plan) {}

  /** A job has ended: committed, moved or abandoned. */
  default void finished(CompactionPlan plan, CompactionResult result, long nanos) {}

  /** A job has failed; nothing changed. */
  default void failed(CompactionPlan plan, Throwable error) {}
}
