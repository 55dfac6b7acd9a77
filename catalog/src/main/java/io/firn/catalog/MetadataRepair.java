package io.firn.catalog;

import io.firn.error.NotATableException;
import io.firn.error.StorageException;
import io.firn.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.TableOperations;

/**
 * Finds what is broken in a table's metadata, also where it keeps the table from being opened, and
 * mends it. Finding changes nothing. Whoever mends must hold the writer's lock.
 *
 * <p>Not safe for use by several threads. The owner closes it.
 */
public final class MetadataRepair implements AutoCloseable {

  private final TableLocation location;
  private final Storage storage;
  private final TableSource source;

  /** The table at a location, which need not be one that opens. */
  public MetadataRepair(TableLocation location, Storage storage) {
    this.location = location;
    this.storage = storage;
    this.source = new TableSource(location, storage);
  }

  /**
   * The defects, in the order in which they are to be mended. Each is mended on the state in which
   * it was found: look again after each. What lies behind the first ones may show only then.
   *
   * @param logBegins the first operation that the table's log can replay, if it has any
   * @param unreadable paths of data files that are known to be damaged within
   * @param cache what has been read since the table was changed last
   * @throws NotATableException if there is no table
   * @throws StorageException if storage fails
   */
  public List<Defect> defects(OptionalLong logBegins, Set<String> unreadable, MetadataCache cache) {
    try {
      return find(logBegins, unreadable, cache);
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException("Cannot read the metadata of " + location, e);
    }
  }

  private List<Defect> find(OptionalLong logBegins, Set<String> unreadable, MetadataCache cache)
      throws IOException {
    List<Defect> defects = new ArrayList<>();
    if (location instanceof TableLocation.OfPath path) {
      VersionFiles versions = new VersionFiles(storage, path.directory());
      if (versions.isEmpty()) {
        throw new NotATableException("There is no table at " + location);
      }
      Optional<Defect> newest = versions.newestDefect(logBegins);
      if (newest.isPresent()) {
        return List.of(newest.get());
      }
      versions.hintDefect().ifPresent(defects::add);
    }
    TableOperations operations = source.open();
    Storage files = RemoteOperations.filesOf(operations, storage);
    defects.addAll(
        new MetadataDefects(operations, operations.current(), files, cache).find(unreadable));
    new LogGap(operations, operations.current(), logBegins).defect().ifPresent(defects::add);
    return defects;
  }

  /**
   * The table's directory: where it was looked for, or as the catalog spells it.
   *
   * @throws NotATableException if the catalog has no such table
   */
  public String tableDirectory() {
    return location instanceof TableLocation.OfPath path
        ? path.directory()
        : source.open().current().location();
  }

  @Override
  public void close() {
    source.close();
  }
}
