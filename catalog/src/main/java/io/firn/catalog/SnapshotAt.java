package io.firn.catalog;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot with another time than the clock gave it.
 *
 * @param snapshot the snapshot
 * @param timestampMillis the time it gets
 */
@SuppressWarnings("deprecation") // part of the interface until Iceberg removes them
record SnapshotAt(Snapshot snapshot, long timestampMillis) implements Snapshot {
  private static final long serialVersionUID = 1L;

  @Override
  public long sequenceNumber() {
    return snapshot.sequenceNumber();
  }

  @Override
  public long snapshotId() {
    return snapshot.snapshotId();
  }

  @Override
  public @Nullable Long parentId() {
    return snapshot.parentId();
  }

  @Override
  public List<ManifestFile> allManifests(FileIO io) {
    return snapshot.allManifests(io);
  }

  @Override
  public List<ManifestFile> dataManifests(FileIO io) {
    return snapshot.dataManifests(io);
  }

  @Override
  public List<ManifestFile> deleteManifests(FileIO io) {
    return snapshot.deleteManifests(io);
  }

  @Override
  public String operation() {
    return snapshot.operation();
  }

  @Override
  public Map<String, String> summary() {
    return snapshot.summary();
  }

  @Override
  public Iterable<DataFile> addedDataFiles(FileIO io) {
    return snapshot.addedDataFiles(io);
  }

  @Override
  public Iterable<DataFile> removedDataFiles(FileIO io) {
    return snapshot.removedDataFiles(io);
  }

  @Override
  public Iterable<DeleteFile> addedDeleteFiles(FileIO io) {
    return snapshot.addedDeleteFiles(io);
  }

  @Override
  public Iterable<DeleteFile> removedDeleteFiles(FileIO io) {
    return snapshot.removedDeleteFiles(io);
  }

  @Override
  public String manifestListLocation() {
    return snapshot.manifestListLocation();
  }

  @Override
  public @Nullable Integer schemaId() {
    return snapshot.schemaId();
  }

  @Override
  public @Nullable Long firstRowId() {
    return snapshot.firstRowId();
  }

  @Override
  public @Nullable Long addedRows() {
    return snapshot.addedRows();
  }

  @Override
  public @Nullable String keyId() {
    return snapshot.keyId();
  }
}
