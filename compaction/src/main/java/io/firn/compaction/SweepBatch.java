package io.firn.compaction;

import java.util.List;

/**
 * What one batch of deletions did.
 *
 * @param deleted the files that it removed
 * @param failed the files that it could not remove; they stay on the list
 * @param bytes the length of the removed files
 * @param snapshotId the table's snapshot at that time
 * @param pending how many files are on the list afterwards
 */
public record SweepBatch(
    List<String> deleted, List<String> failed, long bytes, long snapshotId, int pending) {

  public SweepBatch {
    deleted = List.copyOf(deleted);
    failed = List.copyOf(failed);
  }
}
