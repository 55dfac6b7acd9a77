package io.firn.catalog;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks for files that nothing names. The directories are listed first and the metadata is read
 * afterwards: a file that is committed in between is then known.
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
  private final List<String> found = new ArrayList<>();

  OrphanSearch(Storage storage, String location) {
    this.storage = storage;
    this.location = location;
  }

  /** Finds the candidates. */
  void list(long modifiedBeforeMillis) throws IOException {
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "data"))) {
      String path = file.path();
      if (file.modifiedMillis() < modifiedBeforeMillis
          && (DataFileName.isOurs(path) || DeletionVectorName.isOurs(path))) {
        found.add(path);
      }
    }
    for (Storage.FileStatus file : storage.list(StoragePaths.join(location, "metadata"))) {
      if (file.modifiedMillis() < modifiedBeforeMillis
          && METADATA.matcher(StoragePaths.name(file.path())).matches()) {
        found.add(file.path());
      }
    }
  }

  /** The candidates that are not needed. */
  List<String> notIn(Set<String> needed) {
    Set<String> local = new HashSet<>();
    needed.forEach(path -> local.add(StoragePaths.withoutFileScheme(path)));
    return found.stream()
        .filter(path -> !local.contains(StoragePaths.withoutFileScheme(path)))
        .toList();
  }
}
