package io.firn.catalog;

import java.util.List;
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
 * @param refs the tags and branches that name it, the main branch among them, in order
 * @param summary the whole summary
 */
public record SnapshotInfo(
    long snapshotId,
    OptionalLong parentId,
    long timestampMillis,
    String operation,
    OptionalLong sequence,
    List<String> refs,
    Map<String, String> summary) {

  public SnapshotInfo {
    refs = List.copyOf(refs);
    summary = Map.copyOf(summary);
  }
}
