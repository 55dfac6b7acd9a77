package io.firn.catalog;

import io.firn.format.WrittenFile;
import java.util.List;
import java.util.Map;

/**
 * What a flush commits, in one snapshot.
 *
 * @param added the new data files, durable already; may be empty
 * @param newlyDeleted per path of a live file, or of an added one, the positions that this commit
 *     deletes; the store unites them with what is deleted already
 * @param sequence every write up to this sequence number is in the table after the commit
 * @param summary further entries for the snapshot's summary; keys of Firn's own are set by the
 *     store, except {@code firn.engine-id} and {@code firn.job}
 * @param settled what {@code newlyDeleted} settles of the version that the commit was prepared for:
 *     all that it has unsettled, or nothing
 */
public record FlushCommit(
    List<WrittenFile> added,
    Map<String, DeletionVector> newlyDeleted,
    long sequence,
    Map<String, String> summary,
    Unsettled settled) {

  public FlushCommit {
    added = List.copyOf(added);
    newlyDeleted = Map.copyOf(newlyDeleted);
    summary = Map.copyOf(summary);
  }

  /** A commit that settles nothing. */
  public FlushCommit(
      List<WrittenFile> added,
      Map<String, DeletionVector> newlyDeleted,
      long sequence,
      Map<String, String> summary) {
    this(added, newlyDeleted, sequence, summary, Unsettled.NOTHING);
  }
}
