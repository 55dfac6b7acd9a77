package io.firn.catalog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
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
  private final TableMetadata metadata;

  /** Checked: which files are deleted depends on what they say. */
  private final ManifestReads manifests;

  /** What some snapshots reach. Paths are as the metadata spells them. */
  record Reached(Map<String, ManifestFile> manifests, Set<String> lists, Set<String> statistics) {}

  ReachableFiles(FileIO io, TableMetadata metadata, MetadataCache cache) {
    this.metadata = metadata;
    this.manifests = new ManifestReads(io, metadata, cache);
  }

  /** The manifests, lists and statistics of some snapshots. */
  Reached of(Collection<Snapshot> snapshots) throws IOException {
    Reached reached = new Reached(new HashMap<>(), new HashSet<>(), new HashSet<>());
    Set<Long> ids = new HashSet<>();
    for (Snapshot snapshot : snapshots) {
      ids.add(snapshot.snapshotId());
      reached.lists().add(snapshot.manifestListLocation());
      for (ManifestFile manifest : manifests.of(snapshot)) {
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

  /** The snapshots, those most likely to name what is on disk first. */
  List<Snapshot> newestFirst() {
    List<Snapshot> snapshots = new ArrayList<>(metadata.snapshots());
    snapshots.sort(Comparator.comparingLong(Snapshot::sequenceNumber).reversed());
    return snapshots;
  }

  /** What the metadata names besides what its snapshots reach: itself and those before it. */
  Set<String> others() {
    Set<String> paths = new HashSet<>();
    if (metadata.metadataFileLocation() != null) {
      paths.add(metadata.metadataFileLocation());
    }
    metadata.previousFiles().forEach(entry -> paths.add(entry.file()));
    return paths;
  }

  /** Tells the paths of the live files in a manifest. */
  void forEachLive(ManifestFile manifest, Consumer<String> path) throws IOException {
    if (manifest.hasAddedFiles() || manifest.hasExistingFiles()) {
      manifests.forEachPath(manifest, path);
    }
  }

  /** The paths of the live data files, or of the deletion vectors' files, in some manifests. */
  Set<String> live(Collection<ManifestFile> manifests, ManifestContent content) throws IOException {
    Set<String> paths = new HashSet<>();
    for (ManifestFile manifest : manifests) {
      if (manifest.content() != content) {
        continue;
      }
      forEachLive(manifest, paths::add);
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
    paths.addAll(others());
    return paths;
  }
}
