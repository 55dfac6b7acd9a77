package io.firn.catalog;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;

/**
 * Looks for files that nothing names. The directories are listed first and the metadata is looked
 * at afterwards: a file that is committed in between is then known. What the current version has in
 * memory comes first, then the manifests of the snapshots that may name what is left; no more of
 * them are read than it takes to find every candidate named.
 */
final class OrphanSearch {
  private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** Manifests, manifest lists, metadata and hints, published or not, as Iceberg names them. */
  private static final Pattern METADATA =
      Pattern.compile(
          UUID
              + "-m[0-9]+\\.avro|snap-[0-9]+-[0-9]+-"
              + UUID
              + "\\.avro|([0-9]+-|)"
              + UUID
              + "(\\.gz|)\\.metadata\\.json|v[0-9]+(\\.gz|)\\.metadata\\.json|"
              + UUID
              + "-version-hint\\.temp");

  private final Storage storage;
  private final String location;
  private final Predicate<String> wanted;

  /** The candidates for each content of manifests, by their path without a scheme. */
  private final Map<ManifestContent, Map<String, Storage.FileStatus>> found =
      new EnumMap<>(ManifestContent.class);

  /** The candidates that are metadata, which no manifest names. */
  private final Map<String, Storage.FileStatus> metadata = new LinkedHashMap<>();

  /**
   * @param wanted which paths to look for, among those that carry names of ours or of Iceberg's
   */
  OrphanSearch(Storage storage, String location, Predicate<String> wanted) {
    this.storage = storage;
    this.location = location;
    this.wanted = wanted;
    for (ManifestContent content : ManifestContent.values()) {
      found.put(content, new LinkedHashMap<>());
    }
  }

  /** Finds the candidates. */
  void list(long modifiedBeforeMillis) throws IOException {
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "data"))) {
      if (file.modifiedMillis() < modifiedBeforeMillis) {
        if (DataFileName.isOurs(file.path())) {
          candidate(of(ManifestContent.DATA), file);
        } else if (DeletionVectorName.isOurs(file.path()) || PositionDeletes.isOurs(file.path())) {
          candidate(of(ManifestContent.DELETES), file);
        }
      }
    }
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "metadata"))) {
      if (file.modifiedMillis() < modifiedBeforeMillis
          && METADATA.matcher(StoragePaths.name(file.path())).matches()) {
        candidate(metadata, file);
      }
    }
  }

  private Map<String, Storage.FileStatus> of(ManifestContent content) {
    return Objects.requireNonNull(found.get(content));
  }

  private void candidate(Map<String, Storage.FileStatus> among, Storage.FileStatus file) {
    if (wanted.test(file.path())) {
      among.put(StoragePaths.withoutFileScheme(file.path()), file);
    }
  }

  /** Leaves the candidates alone that were modified at or after a time. */
  void leaveSince(long millis) {
    for (Map<String, Storage.FileStatus> candidates : all()) {
      candidates.values().removeIf(file -> file.modifiedMillis() >= millis);
    }
  }

  /**
   * The candidates that nothing needs; none if the search is given up.
   *
   * @param version of the current snapshot of what is {@code reachable}
   * @param inFlight paths that are needed whatever the metadata says
   * @param givenUp asked between any two reads of metadata
   */
  List<String> unnamed(
      ReachableFiles reachable, Version version, Set<String> inFlight, BooleanSupplier givenUp)
      throws IOException {
    inFlight.forEach(this::named);
    reachable.others().forEach(this::named);
    named(version);
    Set<String> seen = new HashSet<>();
    for (Snapshot snapshot : reachable.newestFirst()) {
      if (all().stream().allMatch(Map::isEmpty) || givenUp.getAsBoolean()) {
        return List.of();
      }
      boolean current = snapshot.snapshotId() == version.snapshotId();
      ReachableFiles.Reached reached = reachable.of(List.of(snapshot));
      reached.lists().forEach(this::named);
      reached.statistics().forEach(this::named);
      for (ManifestFile manifest : reached.manifests().values()) {
        if (!seen.add(manifest.path())) {
          continue;
        }
        named(manifest.path());
        // The version has every data file of its snapshot, but not every delete.
        boolean known = current && manifest.content() == ManifestContent.DATA;
        if (!known && !of(manifest.content()).isEmpty()) {
          reachable.forEachLive(manifest, this::named);
        }
      }
    }
    return all().stream()
        .flatMap(candidates -> candidates.values().stream())
        .map(Storage.FileStatus::path)
        .toList();
  }

  private List<Map<String, Storage.FileStatus>> all() {
    return List.of(of(ManifestContent.DATA), of(ManifestContent.DELETES), metadata);
  }

  private void named(Version version) {
    for (LiveFile file : version.files().values()) {
      named(file.path());
      DeleteFile vector = file.dvFile();
      if (vector != null) {
        named(vector.location());
      }
    }
    version.unsettled().deletes().forEach(delete -> named(delete.location()));
  }

  private void named(String path) {
    String local = StoragePaths.withoutFileScheme(path);
    all().forEach(candidates -> candidates.remove(local));
  }
}
