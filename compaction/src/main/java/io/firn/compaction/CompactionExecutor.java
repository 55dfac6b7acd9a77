package io.firn.compaction;

/**
 * Runs tasks. Needs nothing but the task and the environment, so that the same task can run in the
 * engine, beside it, or on a cluster. Stateless and safe for use by many threads.
 */
public final class CompactionExecutor {

  private CompactionExecutor() {}

  /**
   * Merges the inputs of a task into new files, which are durable when this returns and which no
   * snapshot names yet. Runs on the calling thread. Memory is bounded by a batch of rows for each
   * input whose key range is reached at once, one batch of output, and what the writer holds of a
   * row group.
   *
   * @throws io.firn.error.ClosedException if the environment asked to stop; nothing is left behind
   * @throws io.firn.error.StorageException if reading or writing failed; nothing is left behind
   *     that could be deleted
   * @throws io.firn.error.CorruptionException if an input is damaged
   */
  public static CompactionOutcome run(CompactionTask task, CompactionEnvironment environment) {
    return new ColumnMerge(task, environment).run();
  }
}
