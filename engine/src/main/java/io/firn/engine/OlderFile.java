package io.firn.engine;

import io.firn.catalog.LiveFile;
import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A data file that only snapshots before the current one have.
 *
 * @param file the file as one of these snapshots has it
 * @param version of that snapshot
 */
record OlderFile(LiveFile file, Version version) {

  /** All of them, in snapshots that can be read. */
  static List<OlderFile> of(TableStore store) {
    Map<String, OlderFile> older = new LinkedHashMap<>();
    for (SnapshotInfo snapshot : store.snapshots()) {
      Version version;
      try {
        version = store.versionAt(snapshot.snapshotId());
      } catch (CorruptionException | StorageException unreadable) {
        continue;
      }
      for (LiveFile file : version.files().values()) {
        if (store.version().file(file.path()) == null) {
          older.putIfAbsent(file.path(), new OlderFile(file, version));
        }
      }
    }
    return List.copyOf(older.values());
  }
}
