package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.storage.StoragePaths;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the process that writes a table keeps what is its own and not the table's: log, lock. */
final class LocalDirectory {

  /** Within the table's directory; hidden from other engines by its name. */
  private static final String NAME = "_firn";

  private LocalDirectory() {}

  /**
   * The directory of a table.
   *
   * @param chosen the one that was asked for, if any
   * @return empty if none was, and the table is not on the local file system
   */
  static Optional<String> find(TableStore store, @Nullable String chosen) {
    return chosen != null ? Optional.of(chosen) : within(store.location());
  }

  /** The directory of a table at a place that nobody has chosen another for. */
  static Optional<String> within(String location) {
    String local = StoragePaths.withoutFileScheme(location);
    return local.startsWith("/") ? Optional.of(StoragePaths.join(local, NAME)) : Optional.empty();
  }
}
