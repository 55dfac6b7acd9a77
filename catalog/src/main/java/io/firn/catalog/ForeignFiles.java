package io.firn.catalog;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes durable what others have committed, before anything of ours builds on it. Other engines
 * leave local files to the operating system; after a power cut, rows that we had flushed long
 * before could be missing because a manifest of theirs that names our files is.
 */
final class ForeignFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignFiles.class);

  private final Storage storage;
  private final FileIO io;

  ForeignFiles(Storage storage, FileIO io) {
    this.storage = storage;
    this.io = io;
  }

  /**
   * Syncs the files of a version and the metadata that names them, except the data files and
   * deletion vectors that are durable already.
   *
   * @param durable files of a version that has been made durable before
   */
  void makeDurable(TableMetadata metadata, Version version, Collection<LiveFile> durable)
      throws IOException {
    Set<String> files = new LinkedHashSet<>();
    version.files().values().forEach(file -> addFiles(file, files));
    version.unsettled().deletes().forEach(file -> files.add(file.location()));
    Set<String> before = new HashSet<>();
    durable.forEach(file -> addFiles(file, before));
    files.removeAll(before);
    Snapshot snapshot = metadata.currentSnapshot();
    if (snapshot != null) {
      snapshot.allManifests(io).stream().map(ManifestFile::path).forEach(files::add);
      files.add(snapshot.manifestListLocation());
    }
    files.add(metadata.metadataFileLocation());
    Set<String> directories = new LinkedHashSet<>();
    for (String file : files) {
      try {
        storage.syncFile(file);
        directories.add(StoragePaths.parent(file));
      } catch (NoSuchFileException e) {
        LOG.warn("{} is part of the table but does not exist", file, e);
      }
    }
    for (String directory : directories) {
      storage.syncDirectory(directory);
    }
  }

  private static void addFiles(LiveFile file, Set<String> paths) {
    paths.add(file.path());
    DeleteFile vector = file.dvFile();
    if (vector != null) {
      paths.add(vector.location());
    }
  }
}
