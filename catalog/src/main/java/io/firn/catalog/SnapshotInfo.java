package io.firn.catalog;

import java.util.Map;
import java.util.OptionalLong;

/**
 * A retained Iceberg snapshot.
 *
 * @param snapshotId Iceberg's id
 * @param parentId the parent's id, absent for a first one
 * @param timestampMillis when it was committed, in milliseconds since the epoch
 * @param operation append, overwrite, delete or replace
 * @param sequence the sequence number whose state it is, absent for a foreign snapshot
 * @param summary the whole summary
 */
public record SnapshotInfo(
    long snapshotId,
    OptionalLong parentId,
    long timestampMillis,
    String operation,
    OptionalLong sequence,
    Map<String, String> summary) {

  public SnapshotInfo {
    summary = Map.copyOf(summary);
  }
}
