package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/** Whether all that snapshots name is there and can be read. Used by one thread. */
final class SnapshotFiles {

  private final Storage storage;
  private final TableMetadata metadata;
  private final VersionReader reader;

  /** By path of a data file; snapshots share most of their files. */
  private final Map<String, Long> lengths = new HashMap<>();

  SnapshotFiles(Storage storage, FileIO io, TableMetadata metadata, MetadataCache cache) {
    this.storage = storage;
    this.metadata = metadata;
    this.reader = new VersionReader(io, storage, cache);
  }

  /** What a snapshot names, or the damage that keeps it from being known. */
  record Reading(VersionReader.@Nullable Contents contents, @Nullable Damage damage) {}

  /** A file that is missing or not what it was. */
  record Damage(String file, String what) {}

  /**
   * Reads a snapshot: manifest list, manifests, deletion vectors.
   *
   * @throws StorageException if storage fails; that tells nothing about the files
   */
  Reading read(Snapshot snapshot) {
    try {
      return new Reading(
          reader.contents(metadata, snapshot, TableRules.checkReadable(metadata)), null);
    } catch (CorruptionException e) {
      return new Reading(null, new Damage(e.file(), String.valueOf(e.getMessage())));
    } catch (NotFoundException e) {
      return new Reading(
          null, new Damage(snapshot.manifestListLocation(), String.valueOf(e.getMessage())));
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException(
          "Cannot read snapshot " + snapshot.snapshotId() + " of " + metadata.location(), e);
    }
  }

  /** The data files of a snapshot that are missing or not as long as they were. */
  List<LiveFile> lost(Version version) {
    List<LiveFile> lost = new ArrayList<>();
    for (LiveFile file : version.files().values()) {
      if (length(file.path()) != file.lengthBytes()) {
        lost.add(file);
      }
    }
    return lost;
  }

  /** How long a file is, -1 if it is missing. */
  long length(String path) {
    return lengths.computeIfAbsent(
        path,
        key -> {
          try {
            return storage.length(StoragePaths.withoutFileScheme(key));
          } catch (NoSuchFileException e) {
            return -1L;
          } catch (IOException e) {
            throw new StorageException("Cannot find the length of " + key, e);
          }
        });
  }

  /** True if the current snapshot could be made the table's again. */
  boolean currentIsWhole() {
    Snapshot current = metadata.currentSnapshot();
    if (current == null) {
      return true;
    }
    VersionReader.Contents contents = read(current).contents();
    return contents != null && lost(contents.version()).isEmpty();
  }
}
