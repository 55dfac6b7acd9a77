package io.firn.engine;

import io.firn.catalog.Lease;
import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableLocation;
import io.firn.error.ClosedException;
import io.firn.error.CommitConflictException;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.WriteStalledException;
import io.firn.format.TableSchema;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * A table with a primary key, open in this process. Rows are written one by one or in batches, read
 * back at once, and lie on disk as an ordinary Apache Iceberg v3 table that is exact at every
 * snapshot: one row per key, all writes up to one sequence number and none after.
 *
 * <pre>{@code
 * try (FirnTable table = FirnTable.builder().path("/data/devices").schema(schema).key("id").open()) {
 *   table.put(row);
 *   Optional<Record> found = table.get(42L);
 * }
 * }</pre>
 *
 * <p>Rows are Iceberg's {@link Record}s or any {@link StructLike} with a value for every column of
 * the schema, in its order. Another engine may change that order while the table is open: see
 * {@link WriteBatch#put}.
 *
 * <p>At most one process has a table open for writing; any number may read it, by {@link
 * Builder#openReadOnly()} or with an Iceberg engine. All methods are safe for use by many threads.
 * An acknowledged write survives what its {@link Durability} says, which is a power cut unless
 * chosen otherwise.
 *
 * <p>{@link #close} flushes and releases everything; a table dropped without it keeps its threads
 * and its lock, and is reported in the log with the place where it was opened. A table that met a
 * fatal error refuses writes, repeats that error, and goes on answering reads; close and reopen it.
 */
public final class FirnTable implements TableReader, AutoCloseable {

  private static final int SPARE_BYTES_MAX = 64 << 10;

  private final Engine engine;
  private final ColumnOrder opened;
  private final DroppedTables.Watch watch;

  /** The batch of an earlier single write, while nobody uses it: rows are many and small. */
  private final AtomicReference<@Nullable WriteBatch> spare = new AtomicReference<>();

  FirnTable(Engine engine) {
    this(engine, DroppedTables.LOGGED);
  }

  /**
   * @param dropped told if this object is dropped without {@link #close}
   */
  FirnTable(Engine engine, DroppedTables.Reporter dropped) {
    this.engine = engine;
    this.opened = new ColumnOrder(engine.tableSchema());
    this.watch = DroppedTables.watch(this, engine.location(), dropped);
  }

  /** Describes the table to open or create. */
  public static Builder builder() {
    return new Builder();
  }

  /** Opens the existing table in a directory for writing, with the options its properties name. */
  public static FirnTable open(String directory) {
    return builder().path(directory).open();
  }

  @Override
  public Schema schema() {
    return engine.tableSchema().schema();
  }

  @Override
  public List<String> keyColumns() {
    return engine.keyColumns();
  }

  /** Writes a row with the default durability, replacing the one with the same key. */
  public WriteToken put(StructLike row) {
    return put(row, engine.defaultWriteOptions());
  }

  /**
   * Writes a row, replacing the one with the same key.
   *
   * @throws InvalidArgumentException if the row does not fit the schema; nothing has changed
   * @throws SchemaMismatchException if the row does not name its columns and their order has
   *     changed since the table was opened
   * @throws WriteStalledException if there was no room in time; the row is not written
   * @throws ClosedException if the table is closed
   * @throws FirnException of another kind if the log failed: the write is not acknowledged, and no
   *     later one will be
   */
  public WriteToken put(StructLike row, WriteOptions options) {
    WriteBatch batch = takeSpare();
    try {
      return engine.write(batch.put(row), options);
    } finally {
      giveBack(batch);
    }
  }

  /** Writes rows as one atomic batch with the default durability. */
  public WriteToken putAll(Iterable<? extends StructLike> rows) {
    WriteBatch batch = newBatch();
    rows.forEach(batch::put);
    return write(batch);
  }

  /** Deletes the row with this key, if there is one, with the default durability. */
  public WriteToken delete(Object... key) {
    try {
      return deleteOnce(key);
    } catch (SchemaMismatchException changedMeanwhile) {
      // A key means the same whatever columns another engine has added.
      return deleteOnce(key);
    }
  }

  private WriteToken deleteOnce(Object... key) {
    WriteBatch batch = takeSpare();
    try {
      return write(batch.delete(key));
    } finally {
      giveBack(batch);
    }
  }

  private WriteBatch takeSpare() {
    WriteBatch batch = spare.getAndSet(null);
    return batch != null && batch.tableSchema() == engine.tableSchema() ? batch : newBatch();
  }

  private void giveBack(WriteBatch batch) {
    if (batch.bytesKept() <= SPARE_BYTES_MAX) {
      batch.clear();
      spare.setRelease(batch);
    }
  }

  /** An empty batch for this table. */
  public WriteBatch newBatch() {
    TableSchema schema = engine.tableSchema();
    return new WriteBatch(schema, opened.isThatOf(schema));
  }

  /** Applies a batch atomically with the default durability. */
  public WriteToken write(WriteBatch batch) {
    return engine.write(batch, engine.defaultWriteOptions());
  }

  /** Applies a batch atomically. Errors as for {@link #put(StructLike, WriteOptions)}. */
  public WriteToken write(WriteBatch batch, WriteOptions options) {
    return engine.write(batch, options);
  }

  @Override
  public Optional<Record> get(Object... key) {
    return engine.get(key);
  }

  @Override
  public List<Optional<Record>> multiGet(List<? extends List<?>> keys) {
    return engine.multiGet(keys);
  }

  @Override
  public Scan scan() {
    return engine.scan();
  }

  /** A repeatable read of the table as it is now. */
  public TableSnapshot snapshot() {
    return engine.snapshot();
  }

  /**
   * Brings everything written before the call into an Iceberg snapshot and returns when it is
   * committed.
   */
  public FlushResult flush() {
    return engine.flush();
  }

  /**
   * Compacts, and returns when it is done and committed. In a heap of 1 GiB or more the calling
   * thread does a part of it, beside the workers; an interrupt is kept and shortens nothing.
   */
  public CompactionReport compact(CompactionKind kind) {
    return engine.compact(kind);
  }

  /** The jobs that {@link #compact} would do now, the most urgent first; nothing is done. */
  public List<PlannedJob> planCompaction(CompactionKind kind) {
    return engine.planCompaction(kind);
  }

  /**
   * Expires Iceberg snapshots by policy and deletes the files nothing needs any more. Returns the
   * number of files deleted.
   */
  public int sweep() {
    return engine.sweep();
  }

  /**
   * Changes the schema by Iceberg's rules: adds, drops, renames, moves and widens columns, or makes
   * them optional. What was written before, also what is not flushed yet, is read under the new
   * schema when this returns. Rows made for the old one are refused, as after a change by another
   * engine.
   *
   * <pre>{@code
   * table.updateSchema(schema -> schema.addColumn("city", Types.StringType.get()));
   * }</pre>
   *
   * @param change called with an update of the current schema, which it need not commit; again if
   *     another engine's commit came first
   * @throws InvalidArgumentException if Iceberg refuses the change; nothing has happened
   * @throws SchemaMismatchException if the key would change; nothing has happened
   */
  public void updateSchema(Consumer<? super UpdateSchema> change) {
    engine.updateSchema(change);
  }

  /**
   * Looks for commits of other engines and, read-only, of the writer, and adopts them.
   *
   * @return the current Iceberg snapshot, -1 if there is none
   */
  public long refresh() {
    return engine.refresh();
  }

  /** The table's figures. */
  public TableStats stats() {
    return engine.stats();
  }

  /** How the background services fare, the worst first. */
  public ServiceHealth health() {
    return engine.health();
  }

  /** The live data files, by level and key. */
  public List<FileInfo> files() {
    return engine.files();
  }

  /** The retained Iceberg snapshots, oldest first. */
  public List<SnapshotInfo> snapshots() {
    return engine.snapshots();
  }

  /**
   * Keeps the current Iceberg snapshot, and every file it names, for some time: for another engine
   * that reads long. Expiry respects it, ours and others'; it ends by itself. A lease of the same
   * name is replaced. May be taken on a table open for reading only.
   *
   * @throws InvalidArgumentException if the table has no snapshot yet
   */
  public Lease lease(String name, Duration duration) {
    return engine.lease(name, duration);
  }

  /** The leases that have not been released, the first to end first. */
  public List<Lease> leases() {
    return engine.leases();
  }

  /** Ends a lease before its time; nothing happens if there is none of this name. */
  public void releaseLease(String name) {
    engine.releaseLease(name);
  }

  /** The options in force. */
  public FirnOptions options() {
    return engine.options();
  }

  /** Where the table is. */
  public String location() {
    return engine.location();
  }

  /** Has a listener told what happens from now on. */
  public void addListener(TableListener listener) {
    engine.addListener(listener);
  }

  /**
   * Refuses new writes, flushes, stops the workers at a safe point and releases the table.
   * Idempotent: a later call returns at once, or repeats the failure of the first. What could not
   * be flushed is in the log and replayed at the next open.
   */
  @Override
  public void close() {
    watch.end();
    engine.close();
  }

  /** Says which table, and how to open or create it. Not thread safe. */
  public static final class Builder {
    private @Nullable TableLocation location;
    private @Nullable Schema schema;
    private List<String> key = List.of();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> optionTexts = new LinkedHashMap<>();
    private final List<TableListener> listeners = new ArrayList<>();
    private @Nullable FirnOptions options;
    private @Nullable String localDirectory;
    private Storage storage = new LocalStorage();
    private ServiceEnvironment environment = ServiceEnvironment.system();

    private Builder() {}

    /** A table in a directory, which any Iceberg engine opens by its path. */
    public Builder path(String directory) {
      this.location = TableLocation.ofPath(directory);
      return this;
    }

    /**
     * A table of an Iceberg catalog.
     *
     * @param name the catalog's name; some catalogs, JDBC for one, key their tables by it
     * @param catalogProperties as for Iceberg's {@code CatalogUtil}: {@code type} or {@code
     *     catalog-impl}, {@code uri}, ...
     */
    public Builder catalog(
        String name, Map<String, String> catalogProperties, TableIdentifier identifier) {
      this.location = TableLocation.ofCatalog(name, catalogProperties, identifier);
      return this;
    }

    /** The table's location, however it is named. */
    public Builder location(TableLocation chosen) {
      this.location = chosen;
      return this;
    }

    /** The schema to create the table with, or to find. */
    public Builder schema(Schema chosen) {
      this.schema = chosen;
      return this;
    }

    /**
     * The key columns in key order. Without it the schema's identifier fields, in the schema's
     * order.
     */
    public Builder key(String... columns) {
      this.key = List.of(columns);
      return this;
    }

    /** An Iceberg table property to create the table with. */
    public Builder property(String name, String value) {
      properties.put(name, value);
      return this;
    }

    /** All options at once. Without them the table's properties decide, and the defaults. */
    public Builder options(FirnOptions chosen) {
      this.options = chosen;
      return this;
    }

    /**
     * One option by its kebab-case key, over the table's properties; and kept in them when the
     * table is created.
     */
    public Builder option(String key, String value) {
      optionTexts.put(key, value);
      return this;
    }

    /**
     * The local directory for the log and the lock. Without it {@code _firn} in the table's
     * directory; needed if the table itself is not on the local file system.
     */
    public Builder localDirectory(String directory) {
      this.localDirectory = directory;
      return this;
    }

    /** The storage through which every byte goes. */
    public Builder storage(Storage chosen) {
      this.storage = chosen;
      return this;
    }

    /** What the background services get their time and their threads from. */
    public Builder environment(ServiceEnvironment chosen) {
      this.environment = chosen;
      return this;
    }

    /** A listener from the first moment on. */
    public Builder listener(TableListener listener) {
      listeners.add(listener);
      return this;
    }

    /** True if the location has a table. */
    public boolean exists() {
      return EngineOpener.exists(spec());
    }

    /**
     * Opens the table for writing; creates it if there is none and a schema was given.
     *
     * @throws NotATableException if there is no table and no schema to create one
     * @throws SchemaMismatchException if the table has another schema or key than the one given, or
     *     one Firn cannot serve
     * @throws LockedException if another writer holds it
     */
    public FirnTable open() {
      return new FirnTable(EngineOpener.open(spec()));
    }

    /**
     * Creates the table and opens it for writing; fails with {@link InvalidArgumentException} if
     * there is one.
     */
    public FirnTable create() {
      return new FirnTable(EngineOpener.create(spec()));
    }

    /**
     * Opens the table for reading committed data only, beside any writer. {@link FirnTable#refresh}
     * moves it forward.
     */
    public FirnTable openReadOnly() {
      return new FirnTable(EngineOpener.openReadOnly(spec()));
    }

    /**
     * Compacts the table beside whoever has it open for writing, in another process or on another
     * machine, through the catalog: the work is done here, and the owner goes on writing. Takes no
     * lock. Files that other engines have added are left alone until the owner has settled them.
     *
     * @throws NotATableException if there is no table
     * @throws CommitConflictException if others commit all the time and leave no room
     */
    public CompactionReport compactDetached(CompactionKind kind) {
      return EngineOpener.compactDetached(spec(), kind);
    }

    /** The process that has the table open for writing, if there is one on this machine. */
    public Optional<OwnerClient> findOwner() {
      return EngineOpener.findOwner(spec());
    }

    private TableSpec spec() {
      if (location == null) {
        throw new InvalidArgumentException(
            "No table named: call path(directory) or catalog(name, properties, identifier)");
      }
      return new TableSpec(
          location,
          schema,
          key,
          properties,
          optionTexts,
          options,
          localDirectory,
          storage,
          environment,
          listeners);
    }
  }
}
