package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.owner.OwnerLock;
import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.error.InvalidArgumentException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.StorageException;
import io.firn.format.CacheOptions;
import io.firn.format.DataFileReaders;
import io.firn.format.RowSpill;
import io.firn.format.TableSchema;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and creates tables. Everything is checked before anything is created; what was opened
 * before an error is closed again.
 */
final class EngineOpener {

  private static final Logger LOG = LoggerFactory.getLogger(EngineOpener.class);

  private final TableSpec spec;

  /** The storage of the specification, for whatever takes space there. */
  private final FullDiskWatch disk;

  private EngineOpener(TableSpec spec) {
    this.spec = spec;
    this.disk = new FullDiskWatch(spec.storage());
  }

  static boolean exists(TableSpec spec) {
    return TableStore.exists(spec.location(), spec.storage());
  }

  static Engine open(TableSpec spec) {
    EngineOpener opener = new EngineOpener(spec);
    TableStore store = opener.openIfExists();
    if (store == null) {
      if (spec.schema() == null) {
        throw new NotATableException(
            "There is no table at " + spec.location() + ", and no schema to create one");
      }
      store = opener.createStore();
    }
    return opener.openForWriting(store);
  }

  /** Most often there is one: whether it exists is asked only if it cannot be opened. */
  private @Nullable TableStore openIfExists() {
    try {
      return TableStore.open(spec.location(), disk);
    } catch (NotATableException e) {
      if (exists(spec)) {
        throw e;
      }
      return null;
    }
  }

  static Engine create(TableSpec spec) {
    EngineOpener opener = new EngineOpener(spec);
    return opener.openForWriting(opener.createStore());
  }

  private TableStore createStore() {
    Schema schema = spec.schema();
    if (schema == null) {
      throw new InvalidArgumentException("A table needs a schema to be created");
    }
    FirnOptions ignored = options(Map.of());
    return TableStore.create(
        spec.location(), disk, schema, spec.keyOf(schema), spec.tableProperties());
  }

  static Engine openReadOnly(TableSpec spec) {
    EngineOpener opener = new EngineOpener(spec);
    TableStore store = opener.openIfExists();
    if (store == null) {
      throw new NotATableException("There is no table at " + spec.location());
    }
    OpenedResources opened = new OpenedResources();
    try {
      opened.add(store);
      opener.checkSchema(store.version().schema());
      FirnOptions options = opener.options(store.properties());
      return new Engine(opener.parts(store, options, opened, List.of(), null), null);
    } catch (RuntimeException | Error e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  static CompactionReport compactDetached(TableSpec spec, CompactionKind kind) {
    try (TableStore store = TableStore.open(spec.location(), spec.storage())) {
      store.checkPlace();
      FirnOptions options = new EngineOpener(spec).options(store.properties());
      CompactionTally tally =
          new CompactionTally(new EventDispatcher(spec.listeners()), new FailureLatch(f -> {}));
      try (DataFileReaders readers = readers(store, options, null);
          DetachedCompaction compaction =
              new DetachedCompaction(
                  store,
                  store.files(),
                  spec.environment(),
                  readers,
                  tally,
                  Maintenance.compactionOptions(options))) {
        return compaction.compact(kind);
      }
    }
  }

  private static DataFileReaders readers(
      TableStore store, FirnOptions options, @Nullable RowSpill spill) {
    return new DataFileReaders(
        store.files(),
        CacheOptions.defaults().withPageBytes(options.value(OptionKey.PAGE_CACHE_BYTES_MAX)),
        spill);
  }

  /** Where rows go that memory has no room for; who was here before may have left some. */
  private @Nullable RowSpill spill(FirnOptions options, String local) {
    String directory = StoragePaths.join(local, "cache");
    long bytesMax = options.value(OptionKey.PAGE_CACHE_DISK_BYTES_MAX);
    try {
      if (bytesMax > 0) {
        RowSpill spill = RowSpill.open(disk, directory, bytesMax);
        disk.whenFull(spill::makeRoom);
        return spill;
      }
      RowSpill.clear(disk, directory);
      return null;
    } catch (IOException e) {
      throw new StorageException("The directory " + directory + " cannot be prepared", e);
    }
  }

  private Engine openForWriting(TableStore store) {
    OpenedResources opened = new OpenedResources();
    opened.add(store);
    store.keepTimeBy(spec.environment().ticker());
    try {
      store.checkPlace();
      checkSchema(store.version().schema());
      options(store.properties());
      String local = localDirectory(store);
      OwnerLock lock = opened.add(OwnerLock.take(disk, local));
      createDirectory(store.files(), StoragePaths.parent(store.newDataFilePath(0)));
      // Whoever held the table before may have committed until this epoch began.
      long epoch = store.fence();
      Version version = store.version();
      FirnOptions options = options(store.properties());
      WriteAheadLog log =
          opened.add(
              WriteAheadLog.open(
                  disk,
                  StoragePaths.join(local, "wal"),
                  UUID.fromString(store.uuid()),
                  LogSetup.options(options, version.schemaId(), epoch).in(spec.environment())));
      List<PendingFlush> recovered = LogSetup.recover(log, store);
      EngineParts parts = parts(store, options, opened, recovered, spill(options, local));
      return WriterAssembly.start(parts, log, lock, recovered);
    } catch (RuntimeException | Error e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  private EngineParts parts(
      TableStore store,
      FirnOptions options,
      OpenedResources opened,
      List<PendingFlush> recovered,
      @Nullable RowSpill spill) {
    DataFileReaders readers = opened.add(readers(store, options, spill));
    EventDispatcher events = new EventDispatcher(spec.listeners());
    FailureLatch failures =
        new FailureLatch(
            failure -> {
              LOG.error("The table at {} refuses writes from now on", store.location(), failure);
              events.dispatch(listener -> listener.onFailure(failure));
            });
    FilePins pins = new FilePins();
    SnapshotRegistry snapshots = new SnapshotRegistry(options.snapshotMemoryBytesMax());
    TableState state = new TableState(store, readers, pins, snapshots, recovered);
    opened.add(state::close);
    failures.wakes(state::wakeAll);
    return new EngineParts(
        UUID.randomUUID().toString(),
        store,
        store.files(),
        spec.environment(),
        readers,
        state,
        pins,
        options,
        events,
        failures,
        snapshots,
        opened.add(new ScanWorkers(options, spec.environment())));
  }

  private FirnOptions options(Map<String, String> tableProperties) {
    FirnOptions.Builder builder =
        spec.options() == null
            ? FirnOptions.builder().setAll(tableProperties)
            : spec.options().toBuilder();
    spec.optionTexts().forEach(builder::set);
    return builder.build();
  }

  /** Whoever gives a schema means it: the table must have the same columns and the same key. */
  private void checkSchema(TableSchema table) {
    Schema wanted = spec.schema();
    if (wanted == null) {
      return;
    }
    List<String> key = spec.keyOf(wanted);
    List<String> tableKey = table.keyFields().stream().map(NestedField::name).toList();
    if (!key.equals(tableKey)) {
      throw new SchemaMismatchException(
          "The table at " + spec.location() + " has the key " + tableKey + ", not " + key);
    }
    String difference = SchemaDifference.between(wanted, table.schema());
    if (difference != null) {
      throw new SchemaMismatchException(
          "The table at " + spec.location() + " has another schema: " + difference);
    }
  }

  private String localDirectory(TableStore store) {
    return LocalDirectory.find(store, spec.localDirectory())
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "The table's files are at "
                        + store.location()
                        + ", not on the local file system: name a localDirectory for its log and"
                        + " lock"));
  }

  private static void createDirectory(Storage files, String directory) {
    try {
      files.createDirectories(directory);
    } catch (IOException e) {
      throw new StorageException("Cannot create the directory " + directory, e);
    }
  }

  static Optional<OwnerClient> findOwner(TableSpec spec) {
    if (!exists(spec)) {
      return Optional.empty();
    }
    try (TableStore store = TableStore.open(spec.location(), spec.storage())) {
      return OwnerChannel.find(spec.storage(), new EngineOpener(spec).localDirectory(store));
    }
  }
}
