package io.firn.engine;

import io.firn.catalog.Defect;
import io.firn.catalog.LiveFile;
import io.firn.catalog.MetadataCache;
import io.firn.catalog.MetadataRepair;
import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.verify.Findings;
import io.firn.engine.internal.verify.VerifiedFile;
import io.firn.engine.internal.wal.LogInspection;
import io.firn.error.CorruptionException;
import io.firn.error.StorageException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for everything that can be mended in a table, and changes nothing. What was found last can
 * be mended until the search is closed or repeated. Used by one thread.
 */
final class RepairSearch implements AutoCloseable {

  private final TableLocation location;
  private final Storage storage;
  private final String log;
  private final MetadataRepair metadata;
  private @Nullable TableStore store;

  RepairSearch(
      TableLocation location, Storage storage, MetadataRepair metadata, String localDirectory) {
    this.location = location;
    this.storage = storage;
    this.metadata = metadata;
    this.log = StoragePaths.join(localDirectory, "wal");
  }

  /**
   * The defects, in the order in which they are to be mended. What lies behind the first ones may
   * show only when they are mended.
   */
  List<Defect> find() {
    close();
    OptionalLong logBegins = LogInspection.begins(storage, log);
    MetadataCache cache = MetadataCache.ofOneOperation();
    List<Defect> defects = metadata.defects(logBegins, Set.of(), cache);
    TableStore opened;
    try {
      opened = TableStore.open(location, storage, cache);
    } catch (CorruptionException | StorageException e) {
      if (defects.isEmpty()) {
        throw e;
      }
      return defects;
    }
    store = opened;
    opened.checkPlace();
    return find(opened, logBegins, defects, cache);
  }

  private List<Defect> find(
      TableStore opened, OptionalLong logBegins, List<Defect> first, MetadataCache cache) {
    Set<String> told = new HashSet<>();
    first.forEach(defect -> told.add(defect.file()));
    Version version = opened.version();
    List<Defect> rebuilds = new ArrayList<>();
    List<VerifiedFile> sound = new ArrayList<>();
    Set<String> unreadable = new HashSet<>();
    Optional<Defect> repeated = Optional.empty();
    try (DataFileReaders readers = new DataFileReaders(opened.files(), CacheOptions.defaults())) {
      for (LiveFile file : version.files().values()) {
        if (told.contains(file.path())) {
          continue;
        }
        FileRebuild rebuild = new FileRebuild(opened.files(), file, version);
        Optional<Finding> damage = rebuild.damage(readers);
        if (damage.isEmpty()) {
          VerifiedFile verified =
              VerifiedFile.open(file, null, version, opened.files(), readers, new Findings());
          if (verified != null) {
            sound.add(verified);
          }
          continue;
        }
        rebuild
            .readable()
            .ifPresentOrElse(
                readable -> rebuilds.add(rebuild.defect(opened, damage.get(), readable)),
                () -> unreadable.add(file.path()));
      }
      for (OlderFile older : OlderFile.of(opened)) {
        if (!told.contains(older.file().path())
            && new FileRebuild(opened.files(), older.file(), older.version())
                .damage(readers)
                .isPresent()) {
          unreadable.add(older.file().path());
        }
      }
      if (sound.size() == version.files().size()) {
        repeated = RepeatedKeys.find(opened, sound, readers);
      }
    }
    List<Defect> all = new ArrayList<>(rebuilds);
    all.addAll(unreadable.isEmpty() ? first : metadata.defects(logBegins, unreadable, cache));
    repeated.ifPresent(all::add);
    boolean gap = logBegins.orElse(0) > version.flushedSequence() + 1;
    if (!gap) {
      new LogRepair(opened, storage, log).find().ifPresent(all::add);
    }
    return all;
  }

  @Override
  public void close() {
    TableStore opened = store;
    if (opened != null) {
      store = null;
      opened.close();
    }
  }
}
