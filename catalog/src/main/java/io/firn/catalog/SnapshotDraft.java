package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.format.TableSchema;
import io.firn.format.WrittenFile;
import io.firn.service.Ticker;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One snapshot in the making, on one base: writes deletion vectors, manifests and manifest list,
 * and knows the version that the table has once the snapshot is committed. Used once, by one
 * thread.
 */
final class SnapshotDraft {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDraft.class);

  /**
   * A compaction leaves as few manifests as a rewrite of at most a megabyte can: to plan a scan of
   * several, though all but one name only files that are gone, costs Iceberg 10 ms.
   */
  private static final Map<String, String> FEW_MANIFESTS =
      Map.of(
          TableProperties.MANIFEST_MIN_MERGE_COUNT,
          "2",
          TableProperties.MANIFEST_TARGET_SIZE_BYTES,
          Integer.toString(1 << 20));

  private final Storage storage;
  private final TableMetadata base;
  private final Version version;
  private final CommitSemantics semantics;
  private Ticker ticker = Ticker.system();
  private final CommitBase operations;
  private final BaseTable table;
  private final long epoch;
  private final String commitId;
  private final Map<String, DataFile> added = new LinkedHashMap<>();
  private final Map<String, DeletionVector> vectors = new LinkedHashMap<>();
  private final Set<String> removed = new HashSet<>();
  private Map<String, DeleteFile> vectorFiles = Map.of();
  private Unsettled unsettled;
  private long addedSequence;
  private @Nullable Snapshot snapshot;

  SnapshotDraft(
      TableOperations operations,
      Storage storage,
      TableMetadata base,
      Version version,
      long epoch,
      String commitId) {
    this.storage = storage;
    this.base = base;
    this.version = version;
    this.unsettled = version.unsettled();
    this.semantics = CommitSemantics.of(operations);
    this.operations = new CommitBase(operations, base);
    this.table = new BaseTable(this.operations, base.location());
    this.epoch = epoch;
    this.commitId = commitId;
  }

  /** Takes another clock than the system's. */
  SnapshotDraft by(Ticker clock) {
    ticker = clock;
    return this;
  }

  /** Writes the snapshot of a flush and returns the metadata with it. */
  TableMetadata flush(FlushCommit commit) throws IOException {
    vectors.putAll(CommitChecks.vectors(version, commit));
    addFiles(commit.added());
    writeVectors();
    RowDelta update = table.newRowDelta();
    added.values().forEach(update::addRows);
    vectorFiles.values().forEach(update::addDeletes);
    List<String> deletedFrom = new ArrayList<>();
    for (String path : vectorFiles.keySet()) {
      LiveFile live = version.file(path);
      if (live != null) {
        deletedFrom.add(path);
        if (live.dvFile() != null) {
          update.removeDeletes(live.dvFile());
        }
      }
    }
    if (version.snapshotId() != Version.NO_SNAPSHOT) {
      update.validateFromSnapshot(version.snapshotId());
    }
    update
        .validateDataFilesExist(deletedFrom)
        .validateDeletedFiles()
        .validateNoConflictingDataFiles();
    if (settles(commit)) {
      version.unsettled().deletes().forEach(update::removeDeletes);
      unsettled = Unsettled.NOTHING;
    }
    describe(update, commit.summary(), "flush", commit.sequence());
    return finish(update, commit.sequence());
  }

  private boolean settles(FlushCommit commit) {
    if (!commit.settled().isEmpty() && !commit.settled().isSameAs(version.unsettled())) {
      throw new InvalidArgumentException(
          "A flush settles all that its version has unsettled, or nothing");
    }
    return !commit.settled().isEmpty();
  }

  /** Writes a snapshot that changes no file, and returns the metadata with it and properties. */
  TableMetadata fence(Map<String, String> properties) {
    AppendFiles update = table.newFastAppend();
    describe(update, Map.of(), "fence", version.flushedSequence());
    return finish(update, version.flushedSequence(), properties);
  }

  /** Writes the snapshot of a compaction and returns the metadata with it. */
  TableMetadata rewrite(RewriteCommit commit) throws IOException {
    vectors.putAll(CommitChecks.vectors(version, commit));
    addFiles(commit.outputs());
    writeVectors();
    RewriteFiles update =
        new BaseTable(operations.with(FEW_MANIFESTS), base.location())
            .newRewrite()
            .validateFromSnapshot(version.snapshotId());
    long newest = 0;
    for (LiveFile input : commit.inputs()) {
      update.deleteFile(input.dataFile());
      if (input.dvFile() != null) {
        update.deleteFile(input.dvFile());
      }
      removed.add(input.path());
      newest = Math.max(newest, input.dataSequenceNumber());
    }
    added.values().forEach(update::addFile);
    vectorFiles.values().forEach(update::addFile);
    if (!added.isEmpty()) {
      // The outputs are as old as their rows, not as their files.
      update.dataSequenceNumber(newest);
    }
    addedSequence = newest;
    unsettled = unsettled.replace(removed, added.keySet());
    describe(update, commit.summary(), "compaction", version.flushedSequence());
    return finish(update, version.flushedSequence());
  }

  /**
   * Writes the snapshot of a repair and returns the metadata with it and properties.
   *
   * @param united data files that have several deletion vectors, with the union of them
   * @param outdated the vectors that go
   * @param lost data files that go, with their vectors
   */
  TableMetadata repair(
      List<LiveFile> united,
      List<DeleteFile> outdated,
      List<LiveFile> lost,
      Map<String, String> properties)
      throws IOException {
    united.forEach(file -> vectors.put(file.path(), file.deleted()));
    writeVectors();
    RowDelta update = table.newRowDelta().validateFromSnapshot(version.snapshotId());
    vectorFiles.values().forEach(update::addDeletes);
    outdated.forEach(update::removeDeletes);
    for (LiveFile file : lost) {
      update.removeRows(file.dataFile());
      if (file.dvFile() != null) {
        update.removeDeletes(file.dvFile());
      }
      removed.add(file.path());
    }
    describe(update, Map.of(), "repair", version.flushedSequence());
    return finish(update, version.flushedSequence(), properties);
  }

  private void addFiles(List<WrittenFile> files) {
    TableSchema schema = version.schema();
    SortOrder order = base.sortOrder();
    boolean sorted = TableRules.isSortedByKey(order, schema);
    for (WrittenFile file : files) {
      DataFiles.Builder builder =
          DataFiles.builder(base.spec())
              .withPath(file.path())
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(file.lengthBytes())
              .withMetrics(file.metrics())
              .withSplitOffsets(file.splitOffsets());
      if (sorted) {
        builder.withSortOrder(order);
      }
      added.put(file.path(), builder.build());
    }
  }

  private void writeVectors() throws IOException {
    if (vectors.isEmpty()) {
      return;
    }
    if (base.formatVersion() < TableRules.VECTORS_VERSION) {
      vectorFiles =
          PositionDeletes.write(
              storage,
              StoragePaths.join(base.location(), "data"),
              epoch,
              base.spec(),
              vectors,
              operations::begun);
    } else {
      vectorFiles =
          DeletionVectorFiles.write(
              operations.io(),
              checksum ->
                  StoragePaths.join(
                      base.location(),
                      "data/" + DeletionVectorName.of(epoch, UUID.randomUUID(), checksum)),
              base.spec(),
              vectors);
    }
  }

  private void describe(
      SnapshotUpdate<?> update, Map<String, String> summary, String job, long sequence) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(SummaryKeys.JOB, job);
    entries.putAll(summary);
    entries.put(SummaryKeys.SEQUENCE, Long.toString(sequence));
    entries.put(SummaryKeys.EPOCH, Long.toString(epoch));
    entries.put(SummaryKeys.COMMIT_ID, commitId);
    if (unsettled.isEmpty()) {
      entries.put(SummaryKeys.SETTLED, "true");
    }
    entries.forEach(update::set);
    update.scanManifestsWith(InlineExecutor.INSTANCE);
    update.writeManifestsWith(InlineExecutor.INSTANCE, 1);
  }

  private TableMetadata finish(SnapshotUpdate<?> update, long sequence) {
    return finish(update, sequence, Map.of());
  }

  private TableMetadata finish(
      SnapshotUpdate<?> update, long sequence, Map<String, String> others) {
    Snapshot made = update.apply();
    this.snapshot = made;
    if (removed.isEmpty()) {
      addedSequence = made.sequenceNumber();
    }
    Map<String, String> properties = new LinkedHashMap<>(others);
    properties.put(SummaryKeys.SEQUENCE, Long.toString(sequence));
    Snapshot described = withChecksums(made);
    return MetadataChange.apply(
        base,
        builder ->
            builder.setBranchSnapshot(described, SnapshotRef.MAIN_BRANCH).setProperties(properties),
        // Iceberg stamps the snapshot by the machine's clock; the table's may stand behind it.
        Math.min(made.timestampMillis(), ticker.currentTimeMillis()),
        semantics);
  }

  /** The checksums are known only now that the summary has been made. */
  private Snapshot withChecksums(Snapshot made) {
    String value = FileChecksums.summaryValue(made, operations.io(), operations.checksums());
    String json = SnapshotParser.toJson(made, false);
    String entry = "\"summary\":{\"" + SummaryKeys.CHECKSUMS + "\":\"" + value + "\",";
    Snapshot described = SnapshotParser.fromJson(json.replaceFirst("\"summary\":\\{", entry));
    if (!value.equals(described.summary().get(SummaryKeys.CHECKSUMS))) {
      throw new IllegalStateException("Iceberg writes snapshots otherwise than expected: " + json);
    }
    return described;
  }

  /** The version after the commit of this snapshot, which {@code committed} holds. */
  Version result(TableMetadata committed, VersionReader reader) throws IOException {
    Snapshot made = written();
    Map<String, Long> firstRowIds =
        added.isEmpty() || made.firstRowId() == null
            ? Map.of()
            : reader.firstRowIds(committed, made, added.keySet());
    Map<String, LiveFile> files = new LinkedHashMap<>(version.files());
    removed.forEach(files::remove);
    added.forEach(
        (path, file) -> {
          Long firstRowId = firstRowIds.get(path);
          files.put(
              path,
              new LiveFile(
                  file,
                  DeletionVector.EMPTY,
                  null,
                  addedSequence,
                  firstRowId == null ? LiveFile.NO_ROW_ID : firstRowId));
        });
    vectorFiles.forEach(
        (path, file) ->
            files.computeIfPresent(
                path, (key, live) -> live.with(vectors.getOrDefault(key, live.deleted()), file)));
    return new Version(
        made.snapshotId(),
        FlushedSequence.of(committed),
        files,
        unsettled,
        version.schema(),
        version.schemaId());
  }

  /**
   * True if this snapshot is the table's current one, and nothing is known of it that this draft
   * does not know: after a change of the format version the first snapshot gives all rows their
   * ids.
   */
  boolean isCurrentIn(TableMetadata metadata) {
    Snapshot current = metadata.currentSnapshot();
    Snapshot before = base.currentSnapshot();
    boolean givesIds =
        before != null && before.firstRowId() == null && written().firstRowId() != null;
    return !givesIds
        && current != null
        && current.snapshotId() == written().snapshotId()
        && metadata.currentSchemaId() == version.schemaId();
  }

  private Snapshot written() {
    Snapshot made = snapshot;
    if (made == null) {
      throw new IllegalStateException("The snapshot has not been written");
    }
    return made;
  }

  /** Deletes the manifests that merging left over; for a committed snapshot. */
  void deleteSuperseded() {
    Snapshot made = written();
    Set<String> needed = new HashSet<>();
    needed.add(made.manifestListLocation());
    try {
      made.allManifests(operations.io()).forEach(manifest -> needed.add(manifest.path()));
    } catch (RuntimeException | Error e) {
      // The commit has happened: nothing may say that it failed.
      LOG.warn("Superseded manifests stay behind until orphans are swept", e);
      return;
    }
    vectorFiles.values().forEach(file -> needed.add(file.location()));
    delete(operations.written().stream().filter(path -> !needed.contains(path)).toList());
  }

  /** Deletes everything this draft wrote; for a snapshot that certainly was not committed. */
  void discard() {
    delete(operations.written());
  }

  private void delete(List<String> paths) {
    for (String path : paths) {
      try {
        operations.io().deleteFile(path);
      } catch (RuntimeException | Error e) {
        LOG.debug("{} stays behind until orphans are swept", path, e);
      }
    }
  }
}
