package io.firn.compaction;

import io.firn.format.DataFileReaders;
import io.firn.storage.Storage;
import java.util.function.BooleanSupplier;

/**
 * What a task needs of the place it runs in. The owner closes the readers.
 *
 * @param storage where files are
 * @param readers opens inputs
 * @param paths names outputs
 * @param stopRequested asked at every safe point, between two batches; true makes the task give up
 *     and leave nothing behind
 */
public record CompactionEnvironment(
    Storage storage, DataFileReaders readers, OutputPaths paths, BooleanSupplier stopRequested) {

  /** Names output files. */
  @FunctionalInterface
  public interface OutputPaths {
    /** A path that no other file has or will have. */
    String next(CompactionTask task);
  }
}
