package io.firn.compaction;

import io.firn.catalog.Version;
import io.firn.format.WrittenFile;
import java.util.List;

/** What became of a job. */
public sealed interface CompactionResult {

  /**
   * The inputs are replaced.
   *
   * @param version the version that the commit made
   * @param outputs the new files; none if no row was left
   * @param deletesCarried rows deleted while the job ran, whose deletion was carried over
   */
  record Committed(Version version, List<WrittenFile> outputs, long deletesCarried)
      implements CompactionResult {
    public Committed {
      outputs = List.copyOf(outputs);
    }
  }

  /** Files changed their level; nothing was read, written or committed. */
  record Moved(CompactionPlan plan) implements CompactionResult {}

  /**
   * The job gave up; its outputs are deleted and the table is as it was.
   *
   * @param detail names the file
   */
  record Abandoned(Reason reason, String detail) implements CompactionResult {}

  /** Why a job gave up. */
  enum Reason {
    /** Another engine replaced or removed an input. */
    INPUT_GONE,
    /** Another engine made deleted rows of an input live again, by a rollback for instance. */
    DELETE_UNDONE,
    /** Another engine put a file where the outputs would go. */
    LEVEL_TAKEN,
    /**
     * The table has deletes that must become deletion vectors first, or an input may hold a key
     * that is there twice.
     */
    UNSETTLED,
    /** The service is stopping. */
    STOPPED
  }
}
