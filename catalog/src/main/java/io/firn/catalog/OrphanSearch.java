package io.firn.catalog;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;

/**
 * Looks for files that nothing names. The directories are listed first and the metadata is read
 * afterwards: a file that is committed in between is then known. Reads no more of the metadata than
 * it takes to find every candidate named.
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

  /** The candidates, by their path without a scheme. */
  private final Map<String, Storage.FileStatus> found = new LinkedHashMap<>();

  /**
   * @param wanted which paths to look for, among those that carry names of ours or of Iceberg's
   */
  OrphanSearch(Storage storage, String location, Predicate<String> wanted) {
    this.storage = storage;
    this.location = location;
    this.wanted = wanted;
  }

  /** Finds the candidates. */
  void list(long modifiedBeforeMillis) throws IOException {
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "data"))) {
      String path = file.path();
      if (file.modifiedMillis() < modifiedBeforeMillis
          && (DataFileName.isOurs(path)
              || DeletionVectorName.isOurs(path)
              || PositionDeletes.isOurs(path))) {
        candidate(file);
      }
    }
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "metadata"))) {
      if (file.modifiedMillis() < modifiedBeforeMillis
          && METADATA.matcher(StoragePaths.name(file.path())).matches()) {
        candidate(file);
      }
    }
  }

  private void candidate(Storage.FileStatus file) {
    if (wanted.test(file.path())) {
      found.put(StoragePaths.withoutFileScheme(file.path()), file);
    }
  }

  /** Leaves the candidates alone that were modified at or after a time. */
  void leaveSince(long millis) {
    found.values().removeIf(file -> file.modifiedMillis() >= millis);
  }

  /**
   * The candidates that nothing needs; none if the search is given up.
   *
   * @param inFlight paths that are needed whatever the metadata says
   * @param givenUp asked between any two reads of metadata
   */
  List<String> unnamed(ReachableFiles reachable, Set<String> inFlight, BooleanSupplier givenUp)
      throws IOException {
    inFlight.forEach(this::named);
    reachable.others().forEach(this::named);
    Set<String> seen = new HashSet<>();
    for (Snapshot snapshot : reachable.newestFirst()) {
      if (found.isEmpty() || givenUp.getAsBoolean()) {
        return List.of();
      }
      ReachableFiles.Reached reached = reachable.of(List.of(snapshot));
      reached.lists().forEach(this::named);
      reached.statistics().forEach(this::named);
      for (ManifestFile manifest : reached.manifests().values()) {
        if (seen.add(manifest.path())) {
          named(manifest.path());
          if (!found.isEmpty()) {
            reachable.forEachLive(manifest, this::named);
          }
        }
      }
    }
    return found.values().stream().map(Storage.FileStatus::path).toList();
  }

  private void named(String path) {
    found.remove(StoragePaths.withoutFileScheme(path));
  }
}
