package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.format.TableSchema;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestContent;
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
  private final Storage storage;
  private final MetadataCache cache;

  VersionReader(FileIO io, Storage storage, MetadataCache cache) {
    this.io = io;
    this.storage = storage;
    this.cache = cache;
  }

  /** The version of the current snapshot. */
  Version current(TableMetadata metadata, TableSchema schema, @Nullable Version known)
      throws IOException {
    Snapshot snapshot = metadata.currentSnapshot();
    long flushed = FlushedSequence.of(metadata);
    int schemaId = metadata.currentSchemaId();
    if (snapshot == null) {
      return new Version(
          Version.NO_SNAPSHOT, flushed, Map.of(), Unsettled.NOTHING, schema, schemaId);
    }
    Map<String, LiveFile> files;
    List<DeleteFile> others;
    if (known != null && known.snapshotId() == snapshot.snapshotId()) {
      files = known.files();
      others = known.unsettled().deletes();
    } else {
      ForeignDeletes deletes = sound(deletes(metadata, snapshot, schema), snapshot);
      files = files(metadata, snapshot, deletes, known == null ? Map.of() : known.files());
      others = deletes.others();
    }
    return new Version(
        snapshot.snapshotId(),
        flushed,
        files,
        unsettled(metadata, snapshot, files, others),
        schema,
        schemaId);
  }

  /** The version of a retained snapshot, read by the schema of its time. */
  Version at(TableMetadata metadata, Snapshot snapshot, Version known) throws IOException {
    Integer schemaId = snapshot.schemaId();
    Schema found = schemaId == null ? null : metadata.schemasById().get(schemaId);
    TableSchema schema = TableRules.schema(metadata, found == null ? metadata.schema() : found);
    ForeignDeletes deletes = sound(deletes(metadata, snapshot, schema), snapshot);
    Map<String, LiveFile> files = files(metadata, snapshot, deletes, known.files());
    return new Version(
        snapshot.snapshotId(),
        FlushedSequence.of(metadata, snapshot),
        files,
        unsettled(metadata, snapshot, files, deletes.others()),
        schema,
        schemaId == null ? metadata.currentSchemaId() : schemaId);
  }

  /**
   * A snapshot's version that may break Iceberg's own rules about deletion vectors.
   *
   * @param version with all vectors of a data file united
   * @param repeated by path of a data file, its vectors, if it has more than one
   * @param dangling vectors of which the data file is not in the snapshot
   */
  record Contents(
      Version version, Map<String, List<DeleteFile>> repeated, List<DeleteFile> dangling) {}

  /** The version of a snapshot, read by the table's current schema, and what is wrong with it. */
  Contents contents(TableMetadata metadata, Snapshot snapshot, TableSchema schema)
      throws IOException {
    ForeignDeletes deletes = deletes(metadata, snapshot, schema);
    Map<String, LiveFile> files = files(metadata, snapshot, deletes, Map.of());
    DeletionVectorReader reader = new DeletionVectorReader(io, storage, cache);
    Map<String, List<DeleteFile>> repeated = new LinkedHashMap<>();
    List<DeleteFile> dangling = new ArrayList<>(deletes.vectors().values());
    for (Map.Entry<String, List<DeleteFile>> more : deletes.repeated().entrySet()) {
      LiveFile file = files.get(more.getKey());
      DeleteFile first = file == null ? null : file.dvFile();
      if (file == null || first == null) {
        dangling.addAll(more.getValue());
        continue;
      }
      List<DeleteFile> all = new ArrayList<>(List.of(first));
      DeletionVector united = file.deleted();
      for (DeleteFile vector : more.getValue()) {
        united = united.union(reader.read(vector));
        all.add(vector);
      }
      files.put(file.path(), file.with(united, first));
      repeated.put(file.path(), all);
    }
    Version version =
        new Version(
            snapshot.snapshotId(),
            FlushedSequence.of(metadata),
            files,
            unsettled(metadata, snapshot, files, deletes.others()),
            schema,
            metadata.currentSchemaId());
    return new Contents(version, repeated, dangling);
  }

  /**
   * What other engines have committed since the last snapshot that was settled. If none is among
   * the snapshot's retained ancestors, every file of another engine counts.
   */
  private static Unsettled unsettled(
      TableMetadata metadata,
      Snapshot snapshot,
      Map<String, LiveFile> files,
      List<DeleteFile> deletes) {
    Snapshot settled = snapshot;
    while (settled != null && !isSettled(metadata, settled)) {
      Long parent = settled.parentId();
      settled = parent == null ? null : metadata.snapshot(parent);
    }
    Set<String> unsettled = new LinkedHashSet<>();
    for (LiveFile file : files.values()) {
      boolean since =
          settled == null
              ? !file.namedByFirn()
              : file.dataSequenceNumber() > settled.sequenceNumber();
      if (since && file.liveRows() > 0) {
        unsettled.add(file.path());
      }
    }
    return new Unsettled(unsettled, deletes);
  }

  private static boolean isSettled(TableMetadata metadata, Snapshot snapshot) {
    Map<String, String> summary = snapshot.summary();
    return (summary != null && "true".equals(summary.get(SummaryKeys.SETTLED)))
        || Long.toString(snapshot.snapshotId())
            .equals(metadata.properties().get(SummaryKeys.SETTLED));
  }

  private Map<String, LiveFile> files(
      TableMetadata metadata,
      Snapshot snapshot,
      ForeignDeletes deletes,
      Map<String, LiveFile> known)
      throws IOException {
    Map<String, DeleteFile> vectors = deletes.vectors();
    DeletionVectorReader reader = new DeletionVectorReader(io, storage, cache);
    Map<String, LiveFile> files = new LinkedHashMap<>();
    ManifestReads manifests = new ManifestReads(io, metadata, cache);
    for (ManifestFile manifest : manifests.of(snapshot)) {
      if (manifest.content() != ManifestContent.DATA) {
        continue;
      }
      try {
        for (DataFile entry : manifests.data(manifest)) {
          LiveFile file =
              live(
                  reader,
                  entry,
                  snapshot.firstRowId() != null,
                  vectors.remove(entry.location()),
                  known.get(entry.location()));
          if (files.put(file.path(), file) != null) {
            throw new CorruptionException(manifest.path(), -1, file.path() + " is live twice");
          }
        }
      } catch (RuntimeException e) {
        throw ManifestReads.damage(manifest, e);
      }
    }
    // A vector whose data file is gone is left behind by some engines and changes no row.
    return files;
  }

  private static LiveFile live(
      DeletionVectorReader reader,
      DataFile entry,
      boolean rowsHaveIds,
      @Nullable DeleteFile vector,
      @Nullable LiveFile before)
      throws IOException {
    Long added = entry.dataSequenceNumber();
    Long firstRowId = rowsHaveIds ? entry.firstRowId() : Long.valueOf(LiveFile.NO_ROW_ID);
    // A file that was taken out and put in again is not the one before; nor is one whose rows have
    // got their ids since.
    LiveFile known =
        before != null
                && added != null
                && before.dataSequenceNumber() == added
                && firstRowId != null
                && before.firstRowId() == firstRowId
            ? before
            : null;
    if (known != null && sameVector(known.dvFile(), vector)) {
      return known;
    }
    if (known != null && vector != null) {
      return known.with(reader.read(vector), vector);
    }
    if (entry.format() != FileFormat.PARQUET) {
      throw new UnsupportedFeatureException(
          entry.location() + " is a file of format " + entry.format() + "; Firn reads Parquet");
    }
    if (entry.keyMetadata() != null) {
      throw new UnsupportedFeatureException(entry.location() + " is encrypted");
    }
    if (added == null || firstRowId == null) {
      throw new CorruptionException(
          entry.location(), -1, "the metadata gives it no sequence number or no first row id");
    }
    return new LiveFile(
        entry,
        vector == null ? DeletionVector.EMPTY : reader.read(vector),
        vector,
        added,
        firstRowId);
  }

  private static boolean sameVector(@Nullable DeleteFile one, @Nullable DeleteFile other) {
    if (one == null || other == null) {
      return one == other;
    }
    return one.location().equals(other.location())
        && Objects.equals(one.contentOffset(), other.contentOffset());
  }

  /**
   * The deletes of a snapshot.
   *
   * @param vectors deletion vectors, and files of ours that stand for one, by the path of their
   *     data file; emptied as they are used
   * @param repeated further vectors of the same data files, of which there may be none
   * @param others equality deletes by key, and position deletes in Parquet files
   */
  private record ForeignDeletes(
      Map<String, DeleteFile> vectors,
      Map<String, List<DeleteFile>> repeated,
      List<DeleteFile> others) {}

  private static ForeignDeletes sound(ForeignDeletes deletes, Snapshot snapshot) {
    for (String dataFile : deletes.repeated().keySet()) {
      throw new CorruptionException(
          snapshot.manifestListLocation(),
          -1,
          dataFile + " has two deletion vectors; 'firn repair' unites them");
    }
    return deletes;
  }

  private ForeignDeletes deletes(TableMetadata metadata, Snapshot snapshot, TableSchema schema)
      throws IOException {
    Map<String, DeleteFile> vectors = new HashMap<>();
    Map<String, List<DeleteFile>> repeated = new LinkedHashMap<>();
    List<DeleteFile> others = new ArrayList<>();
    ManifestReads manifests = new ManifestReads(io, metadata, cache);
    for (ManifestFile manifest : manifests.of(snapshot)) {
      if (manifest.content() != ManifestContent.DELETES) {
        continue;
      }
      try {
        for (DeleteFile entry : manifests.deletes(manifest)) {
          String dataFile = entry.referencedDataFile();
          if (entry.format() != FileFormat.PUFFIN && !PositionDeletes.isWhole(entry)) {
            checkReadable(entry, schema);
            others.add(entry);
          } else if (dataFile == null) {
            throw new CorruptionException(
                entry.location(), -1, "a deletion vector that names no data file");
          } else if (vectors.putIfAbsent(dataFile, entry) != null) {
            repeated.computeIfAbsent(dataFile, file -> new ArrayList<>()).add(entry);
          }
        }
      } catch (RuntimeException e) {
        throw ManifestReads.damage(manifest, e);
      }
    }
    return new ForeignDeletes(vectors, repeated, others);
  }

  private static void checkReadable(DeleteFile file, TableSchema schema) {
    List<Integer> columns = file.equalityFieldIds();
    Set<Integer> key = new HashSet<>();
    schema.keyFields().forEach(field -> key.add(field.fieldId()));
    boolean byKey =
        file.content() == FileContent.POSITION_DELETES
            || (columns != null && key.equals(Set.copyOf(columns)));
    if (file.format() != FileFormat.PARQUET || file.keyMetadata() != null || !byKey) {
      throw new UnsupportedFeatureException(
          file.location()
              + " deletes rows by "
              + file.content()
              + (columns == null ? "" : " on the columns with field ids " + columns)
              + " in format "
              + file.format()
              + "; Firn reads deletion vectors, and from Parquet position deletes and equality"
              + " deletes on the key: rewrite the table's data files with the engine that wrote"
              + " it");
    }
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
