package io.firn.catalog;

import io.firn.format.TableSchema;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state of the table: the live files with their deletion vectors, and the schema to read them by.
 * Immutable; equal to what Iceberg's metadata says of {@link #snapshotId()}. A schema change gives
 * a new version of the same snapshot.
 */
public final class Version {

  /** The snapshot id of a table without snapshots. */
  public static final long NO_SNAPSHOT = -1;

  private final long snapshotId;
  private final long flushedSequence;
  private final Map<String, LiveFile> files;
  private final Unsettled unsettled;
  private final TableSchema schema;
  private final int schemaId;
  private final long rowCount;
  private final long liveRows;

  Version(
      long snapshotId,
      long flushedSequence,
      Map<String, LiveFile> files,
      Unsettled unsettled,
      TableSchema schema,
      int schemaId) {
    this.snapshotId = snapshotId;
    this.flushedSequence = flushedSequence;
    this.files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    this.unsettled = unsettled;
    this.schema = schema;
    this.schemaId = schemaId;
    long rows = 0;
    long live = 0;
    for (LiveFile file : files.values()) {
      rows += file.rowCount();
      live += file.liveRows();
    }
    this.rowCount = rows;
    this.liveRows = live;
  }

  /** The Iceberg snapshot, or {@link #NO_SNAPSHOT}. */
  public long snapshotId() {
    return snapshotId;
  }

  /** Every write up to this sequence number is in the files; 0 if none was ever flushed. */
  public long flushedSequence() {
    return flushedSequence;
  }

  /** The live files by path. */
  public Map<String, LiveFile> files() {
    return files;
  }

  /** The live file of this path, or null. */
  public @Nullable LiveFile file(String path) {
    return files.get(path);
  }

  /** What other engines have left for us to settle; mostly nothing. */
  public Unsettled unsettled() {
    return unsettled;
  }

  /** This version, some files of which are not trusted to have keys of their own. */
  public Version distrusting(Set<String> paths) {
    Set<String> distrusted = new LinkedHashSet<>(unsettled.files());
    distrusted.addAll(paths);
    return new Version(
        snapshotId,
        flushedSequence,
        files,
        new Unsettled(distrusted, unsettled.deletes()),
        schema,
        schemaId);
  }

  /** The current schema. */
  public TableSchema schema() {
    return schema;
  }

  /** Iceberg's id of the current schema. */
  public int schemaId() {
    return schemaId;
  }

  /** The rows in all files, deleted ones included. */
  public long rowCount() {
    return rowCount;
  }

  /** The rows that are not deleted. */
  public long liveRows() {
    return liveRows;
  }

  /** True if this is another reading of the same state. */
  boolean isSameAs(Version other) {
    return snapshotId == other.snapshotId
        && flushedSequence == other.flushedSequence
        && schema == other.schema
        && unsettled.isSameAs(other.unsettled);
  }

  @Override
  public String toString() {
    return "snapshot "
        + snapshotId
        + ", sequence "
        + flushedSequence
        + ", "
        + files.size()
        + " files, "
        + liveRows
        + " live rows";
  }
}
