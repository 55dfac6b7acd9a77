package io.firn.catalog;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;

/**
 * The files that a metadata names. A file is needed if any snapshot reaches it, by path: one Puffin
 * file holds the deletion vectors of many data files, and stays as long as one of them is live.
 */
final class ReachableFiles {
  private final FileIO io;
  private final TableMetadata metadata;

  /** What some snapshots reach. Paths are as the metadata spells them. */
  record Reached(Map<String, ManifestFile> manifests, Set<String> lists, Set<String> statistics) {}

  ReachableFiles(FileIO io, TableMetadata metadata) {
    this.io = io;
    this.metadata = metadata;
  }

  /** The manifests, lists and statistics of some snapshots. */
  Reached of(Collection<Snapshot> snapshots) {
    Reached reached = new Reached(new HashMap<>(), new HashSet<>(), new HashSet<>());
    Set<Long> ids = new HashSet<>();
    for (Snapshot snapshot : snapshots) {
      ids.add(snapshot.snapshotId());
      reached.lists().add(snapshot.manifestListLocation());
      for (ManifestFile manifest : snapshot.allManifests(io)) {
        reached.manifests().put(manifest.path(), manifest);
      }
    }
    for (StatisticsFile file : metadata.statisticsFiles()) {
      if (ids.contains(file.snapshotId())) {
        reached.statistics().add(file.path());
      }
    }
    for (PartitionStatisticsFile file : metadata.partitionStatisticsFiles()) {
      if (ids.contains(file.snapshotId())) {
        reached.statistics().add(file.path());
      }
    }
    return reached;
  }

  /** The paths of the live data files, or of the deletion vectors' files, in some manifests. */
  Set<String> live(Collection<ManifestFile> manifests, ManifestContent content) throws IOException {
    Set<String> paths = new HashSet<>();
    for (ManifestFile manifest : manifests) {
      if (manifest.content() != content) {
        continue;
      }
      try (ManifestReader<? extends ContentFile<?>> entries =
          content == ManifestContent.DATA
              ? ManifestFiles.read(manifest, io, metadata.specsById())
              : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById())) {
        for (ContentFile<?> entry : entries) {
          paths.add(entry.location());
        }
      }
    }
    return paths;
  }

  /** Every file that the metadata names, itself included. */
  Set<String> all() throws IOException {
    Reached reached = of(metadata.snapshots());
    Set<String> paths = new HashSet<>(reached.lists());
    paths.addAll(reached.statistics());
    paths.addAll(reached.manifests().keySet());
    paths.addAll(live(reached.manifests().values(), ManifestContent.DATA));
    paths.addAll(live(reached.manifests().values(), ManifestContent.DELETES));
    if (metadata.metadataFileLocation() != null) {
      paths.add(metadata.metadataFileLocation());
    }
    metadata.previousFiles().forEach(entry -> paths.add(entry.file()));
    return paths;
  }
}
