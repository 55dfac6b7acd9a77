package io.firn.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firn.catalog.Defect.Weight;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;

/** The defects of a table of which the newest metadata can be read. Used once, by one thread. */
final class MetadataDefects {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final TableOperations operations;
  private final TableMetadata metadata;
  private final Storage storage;
  private final SnapshotFiles files;
  private final List<Defect> found = new ArrayList<>();

  MetadataDefects(
      TableOperations operations, TableMetadata metadata, Storage storage, MetadataCache cache) {
    this.operations = operations;
    this.metadata = metadata;
    this.storage = storage;
    this.files = new SnapshotFiles(storage, operations.io(), metadata, cache);
  }

  /**
   * Finds them, the ones to be mended first in front.
   *
   * @param unreadable paths of data files that are known to be damaged within
   */
  List<Defect> find(Set<String> unreadable) {
    Snapshot current = metadata.currentSnapshot();
    if (current != null) {
      SnapshotFiles.Reading reading = files.read(current);
      if (reading.contents() == null) {
        found.add(rollback(current, reading.damage()));
        return found;
      }
      vectors(reading.contents());
      lostFiles(reading.contents().version(), unreadable);
    }
    snapshots(unreadable);
    formerVersions();
    return found;
  }

  private void vectors(VersionReader.Contents contents) {
    contents
        .repeated()
        .forEach(
            (path, vectors) -> {
              LiveFile file = Objects.requireNonNull(contents.version().file(path));
              found.add(
                  new Defect(
                      Weight.READERS,
                      path,
                      "has " + vectors.size() + " deletion vectors; nobody can read the table",
                      "unite them into one of " + file.deleted().cardinality() + " rows",
                      0,
                      () -> snapshot(contents.version(), List.of(file), vectors, List.of())));
            });
    if (!contents.dangling().isEmpty()) {
      List<DeleteFile> dangling = contents.dangling();
      found.add(
          new Defect(
              Weight.NOBODY,
              dangling.get(0).location(),
              "and "
                  + (dangling.size() - 1)
                  + " more: deletion vectors of data files that are not in the table, the first of "
                  + dangling.get(0).referencedDataFile(),
              "take them out of the table",
              0,
              () -> snapshot(contents.version(), List.of(), dangling, List.of())));
    }
  }

  private void lostFiles(Version version, Set<String> unreadable) {
    Set<LiveFile> lost = new LinkedHashSet<>(files.lost(version));
    version.files().values().stream()
        .filter(file -> unreadable.contains(file.path()))
        .forEach(lost::add);
    for (LiveFile file : lost) {
      long length = files.length(file.path());
      found.add(
          new Defect(
              Weight.READERS,
              file.path(),
              length < 0
                  ? "does not exist"
                  : length == file.lengthBytes()
                      ? "cannot be read"
                      : "has " + length + " bytes, its entry says " + file.lengthBytes(),
              "take it out of the table, with its " + file.liveRows() + " live rows",
              file.liveRows(),
              () -> dropFile(version, file)));
    }
  }

  private void dropFile(Version version, LiveFile file) {
    if (files.length(file.path()) >= 0) {
      keepCopy(file.path());
    }
    snapshot(version, List.of(), List.of(), List.of(file));
  }

  private void keepCopy(String path) {
    try {
      DamagedCopies.copy(storage, path);
    } catch (IOException e) {
      throw new StorageException("Cannot keep a copy of " + path, e);
    }
  }

  /** Commits a snapshot that repairs the current one. */
  private void snapshot(
      Version version, List<LiveFile> united, List<DeleteFile> outdated, List<LiveFile> lost) {
    RepairCommitter committer = new RepairCommitter(operations, metadata);
    SnapshotDraft draft =
        new SnapshotDraft(
            operations,
            storage,
            metadata,
            version,
            committer.epoch(),
            UUID.randomUUID().toString());
    TableMetadata updated;
    try {
      updated = draft.repair(united, outdated, lost, committer.properties());
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException("A repair of " + metadata.location() + " failed", e);
    }
    committer.commit(updated);
  }

  /** The table's current snapshot cannot be read: back to the newest ancestor that can. */
  private Defect rollback(Snapshot current, SnapshotFiles.@Nullable Damage damage) {
    String file = damage == null ? metadata.location() : damage.file();
    String what = damage == null ? "cannot be read" : damage.what();
    List<Snapshot> damaged = new ArrayList<>();
    Snapshot at = current;
    while (at != null && !isWhole(at)) {
      damaged.add(at);
      Long parent = at.parentId();
      at = parent == null ? null : metadata.snapshot(parent);
    }
    if (at == null) {
      return new Defect(
          Weight.READERS,
          file,
          what,
          "no older snapshot is whole; restore the file",
          Defect.UNKNOWN,
          null);
    }
    long target = at.snapshotId();
    long sequence = FlushedSequence.of(metadata, at);
    long lost = Math.max(0, FlushedSequence.of(metadata) - sequence);
    return new Defect(
        Weight.READERS,
        file,
        what,
        "go back to snapshot "
            + target
            + ", the table at operation "
            + sequence
            + (lost == 0
                ? "; nothing is lost"
                : "; the " + lost + " operations behind it are lost"),
        lost,
        () -> {
          RepairCommitter committer = new RepairCommitter(operations, metadata);
          committer.commit(
              committer.changed(
                  builder ->
                      withoutSnapshots(
                          builder
                              .setBranchSnapshot(target, SnapshotRef.MAIN_BRANCH)
                              // It stays: numbers of operations are never used twice.
                              .setProperties(
                                  Map.of(
                                      SummaryKeys.SEQUENCE,
                                      Long.toString(FlushedSequence.of(metadata)))),
                          damaged)));
        });
  }

  private boolean isWhole(Snapshot snapshot) {
    VersionReader.Contents contents = files.read(snapshot).contents();
    return contents != null && files.lost(contents.version()).isEmpty();
  }

  /** Older snapshots that nobody can read any more. */
  private void snapshots(Set<String> unreadable) {
    Snapshot current = metadata.currentSnapshot();
    List<Snapshot> damaged = new ArrayList<>();
    String file = metadata.location();
    String why = "";
    for (Snapshot snapshot : metadata.snapshots()) {
      if (current != null && snapshot.snapshotId() == current.snapshotId()) {
        continue;
      }
      SnapshotFiles.Damage damage = damage(snapshot, unreadable);
      if (damage != null) {
        file = damaged.isEmpty() ? damage.file() : file;
        why = damaged.isEmpty() ? damage.what() : why;
        damaged.add(snapshot);
      }
    }
    if (damaged.isEmpty()) {
      return;
    }
    found.add(
        new Defect(
            Weight.READERS,
            file,
            why + ": no reader can go back to snapshots " + ids(damaged),
            "take these snapshots out of the table's history"
                + (refs(damaged).isEmpty() ? "" : ", and with them " + refs(damaged)),
            0,
            () -> {
              RepairCommitter committer = new RepairCommitter(operations, metadata);
              committer.commit(committer.changed(builder -> withoutSnapshots(builder, damaged)));
            }));
  }

  private SnapshotFiles.@Nullable Damage damage(Snapshot snapshot, Set<String> unreadable) {
    SnapshotFiles.Reading reading = files.read(snapshot);
    VersionReader.Contents contents = reading.contents();
    if (contents == null) {
      return reading.damage();
    }
    if (!contents.repeated().isEmpty()) {
      String path = contents.repeated().keySet().iterator().next();
      return new SnapshotFiles.Damage(path, "has two deletion vectors");
    }
    for (LiveFile file : files.lost(contents.version())) {
      return new SnapshotFiles.Damage(file.path(), "is missing or cut");
    }
    return contents.version().files().keySet().stream()
        .filter(unreadable::contains)
        .findFirst()
        .map(path -> new SnapshotFiles.Damage(path, "cannot be read"))
        .orElse(null);
  }

  private static List<Long> ids(List<Snapshot> snapshots) {
    return snapshots.stream().map(Snapshot::snapshotId).toList();
  }

  private List<String> refs(List<Snapshot> snapshots) {
    Set<Long> ids = new HashSet<>(ids(snapshots));
    return metadata.refs().entrySet().stream()
        .filter(ref -> !ref.getKey().equals(SnapshotRef.MAIN_BRANCH))
        .filter(ref -> ids.contains(ref.getValue().snapshotId()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private TableMetadata.Builder withoutSnapshots(
      TableMetadata.Builder builder, List<Snapshot> snapshots) {
    refs(snapshots).forEach(builder::removeRef);
    return builder.removeSnapshots(snapshots);
  }

  /** Older versions of the metadata, which the newest one names. */
  private void formerVersions() {
    for (TableMetadata.MetadataLogEntry former : metadata.previousFiles()) {
      Optional<String> damage = damage(former.file());
      boolean swaps = CommitSemantics.of(operations) == CommitSemantics.SWAP;
      damage.ifPresent(
          what ->
              found.add(
                  new Defect(
                      Weight.READERS,
                      former.file(),
                      what,
                      swaps
                          ? "take this older version of the metadata out of the table's history"
                          : "only the catalog can take it out of the history",
                      0,
                      swaps ? () -> forget(former.file()) : null)));
    }
  }

  private Optional<String> damage(String version) {
    try {
      if (operations instanceof PathTableOperations) {
        MetadataSeal.read(storage, operations.io(), version);
      } else {
        TableMetadataParser.read(operations.io(), version);
      }
      return Optional.empty();
    } catch (CorruptionException | NotFoundException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (NoSuchFileException e) {
      return Optional.of("an older version of the metadata does not exist");
    } catch (IOException e) {
      throw new StorageException("Cannot read " + version, e);
    }
  }

  /** Iceberg has no call that changes the log of versions, so the JSON is changed. */
  private void forget(String version) {
    try {
      if (storage.exists(StoragePaths.withoutFileScheme(version))) {
        keepCopy(version);
      }
      RepairCommitter committer = new RepairCommitter(operations, metadata);
      JsonNode json =
          JSON.readTree(TableMetadataParser.toJson(committer.changed(builder -> builder)));
      for (Iterator<JsonNode> log = json.withArray("metadata-log").iterator(); log.hasNext(); ) {
        if (log.next().path("metadata-file").asText().equals(version)) {
          log.remove();
        }
      }
      committer.commit(TableMetadataParser.fromJson(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Iceberg's own metadata is no JSON", e);
    } catch (IOException e) {
      throw new StorageException("Cannot tell whether " + version + " exists", e);
    }
  }
}
