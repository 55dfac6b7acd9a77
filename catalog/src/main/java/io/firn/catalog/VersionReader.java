package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.format.TableSchema;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Builds versions from Iceberg's manifests. Live files and vectors that a known version has are
 * taken from it, so that a refresh reads only the vectors that are new.
 */
final class VersionReader {
  private final FileIO io;

  VersionReader(FileIO io) {
    this.io = io;
  }

  /** The version of the current snapshot. */
  Version current(TableMetadata metadata, TableSchema schema, @Nullable Version known)
      throws IOException {
    Snapshot snapshot = metadata.currentSnapshot();
    Map<String, LiveFile> files =
        snapshot == null
            ? Map.of()
            : files(metadata, snapshot, known == null ? Map.of() : known.files());
    return new Version(
        snapshot == null ? Version.NO_SNAPSHOT : snapshot.snapshotId(),
        FlushedSequence.of(metadata),
        files,
        schema,
        metadata.currentSchemaId());
  }

  /** The version of a retained snapshot, read by the schema of its time. */
  Version at(TableMetadata metadata, Snapshot snapshot, Version known) throws IOException {
    Integer schemaId = snapshot.schemaId();
    Schema schema = schemaId == null ? null : metadata.schemasById().get(schemaId);
    return new Version(
        snapshot.snapshotId(),
        FlushedSequence.of(metadata, snapshot),
        files(metadata, snapshot, known.files()),
        TableRules.schema(metadata, schema == null ? metadata.schema() : schema),
        schemaId == null ? metadata.currentSchemaId() : schemaId);
  }

  private Map<String, LiveFile> files(
      TableMetadata metadata, Snapshot snapshot, Map<String, LiveFile> known) throws IOException {
    Map<String, DeleteFile> vectors = vectors(metadata, snapshot);
    Map<String, LiveFile> files = new LinkedHashMap<>();
    for (ManifestFile manifest : snapshot.dataManifests(io)) {
      try (ManifestReader<DataFile> entries =
          ManifestFiles.read(manifest, io, metadata.specsById())) {
        for (DataFile entry : entries) {
          LiveFile file =
              live(entry, vectors.remove(entry.location()), known.get(entry.location()));
          if (files.put(file.path(), file) != null) {
            throw new CorruptionException(manifest.path(), -1, file.path() + " is live twice");
          }
        }
      }
    }
    // A vector whose data file is gone is left behind by some engines and changes no row.
    return files;
  }

  private LiveFile live(DataFile entry, @Nullable DeleteFile vector, @Nullable LiveFile known)
      throws IOException {
    if (known != null && sameVector(known.dvFile(), vector)) {
      return known;
    }
    if (known != null && vector != null) {
      return known.with(DeletionVectorFiles.read(io, vector), vector);
    }
    if (entry.format() != FileFormat.PARQUET) {
      throw new UnsupportedFeatureException(
          entry.location() + " is a file of format " + entry.format() + "; Firn reads Parquet");
    }
    Long sequence = entry.dataSequenceNumber();
    Long firstRowId = entry.firstRowId();
    if (sequence == null || firstRowId == null) {
      throw new CorruptionException(
          entry.location(), -1, "the metadata gives it no sequence number or no first row id");
    }
    return new LiveFile(
        entry.copy(),
        vector == null ? DeletionVector.EMPTY : DeletionVectorFiles.read(io, vector),
        vector,
        sequence,
        firstRowId);
  }

  private static boolean sameVector(@Nullable DeleteFile one, @Nullable DeleteFile other) {
    if (one == null || other == null) {
      return one == other;
    }
    return one.location().equals(other.location())
        && Objects.equals(one.contentOffset(), other.contentOffset());
  }

  private Map<String, DeleteFile> vectors(TableMetadata metadata, Snapshot snapshot)
      throws IOException {
    Map<String, DeleteFile> vectors = new HashMap<>();
    for (ManifestFile manifest : snapshot.deleteManifests(io)) {
      try (ManifestReader<DeleteFile> entries =
          ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById())) {
        for (DeleteFile entry : entries) {
          String dataFile = entry.referencedDataFile();
          if (entry.content() != FileContent.POSITION_DELETES
              || entry.format() != FileFormat.PUFFIN
              || dataFile == null) {
            throw new UnsupportedFeatureException(
                entry.location()
                    + " deletes rows by "
                    + entry.content()
                    + "; Firn reads deletion vectors only: rewrite the table's data files with the"
                    + " engine that wrote it");
          }
          if (vectors.put(dataFile, entry.copy()) != null) {
            throw new CorruptionException(
                manifest.path(), -1, dataFile + " has two deletion vectors; roll back the commit");
          }
        }
      }
    }
    return vectors;
  }

  /**
   * The {@code _row_id} of the first row of every file that {@code snapshot} added. Reads the
   * snapshot's own manifests only, and none if it added one file to a manifest of its own.
   */
  Map<String, Long> firstRowIds(TableMetadata metadata, Snapshot snapshot, Set<String> added)
      throws IOException {
    Map<String, Long> ids = new HashMap<>();
    Set<String> missing = new HashSet<>(added);
    for (ManifestFile manifest : snapshot.dataManifests(io)) {
      if (missing.isEmpty()) {
        break;
      }
      if (!Objects.equals(manifest.snapshotId(), snapshot.snapshotId())
          || !manifest.hasAddedFiles()) {
        continue;
      }
      Long first = manifest.firstRowId();
      if (added.size() == 1 && first != null && holdsNothingElse(manifest)) {
        ids.put(added.iterator().next(), first);
        missing.clear();
        continue;
      }
      try (ManifestReader<DataFile> entries =
          ManifestFiles.read(manifest, io, metadata.specsById())) {
        for (DataFile entry : entries) {
          Long id = entry.firstRowId();
          if (id != null && missing.remove(entry.location())) {
            ids.put(entry.location(), id);
          }
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "Snapshot " + snapshot.snapshotId() + " does not name its files " + missing);
    }
    return ids;
  }

  private static boolean holdsNothingElse(ManifestFile manifest) {
    Integer added = manifest.addedFilesCount();
    return added != null
        && added == 1
        && !manifest.hasExistingFiles()
        && !manifest.hasDeletedFiles();
  }
}
