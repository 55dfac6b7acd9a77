package io.firn.catalog;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.error.StorageException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.service.Ticker;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.NotFoundException;

/**
 * One Iceberg table as Firn reads and commits it. The version is kept in memory: commits of this
 * store update it from what they committed, and {@link #refresh} rebuilds it only when others have
 * committed.
 *
 * <p><b>Commits.</b> Only a store that has called {@link #fence}, or {@link #join} after it, may
 * commit, and only until another one fences; afterwards every commit of it throws FencedException.
 * A commit is prepared for one version and applied to exactly that one: if somebody else commits in
 * between, it is prepared again for the new version, a bounded number of times. A commit has
 * happened if and only if the method returns; if it throws, nothing has changed, except for
 * CommitUnknownException, after which the store must be closed and the table opened again to find
 * out. Files that a failed commit wrote may stay behind; they are found by {@link #orphans}.
 *
 * <p><b>Threads.</b> All methods may be called by any number of threads. {@link #version}, {@link
 * #table} and the other reading methods return at once; commits, refresh and fence exclude each
 * other by one lock, the commit lock. {@code prepare} functions run under it.
 *
 * <p><b>Errors.</b> CorruptionException for damaged deletion vectors and contradictory metadata;
 * UnsupportedFeatureException and SchemaMismatchException for tables that Firn does not write;
 * NotATableException if the table is missing, dropped or replaced; StorageException for failed I/O.
 *
 * <p>The owner closes the store; that closes the catalog's connections, and deletes nothing.
 */
public final class TableStore implements AutoCloseable {

  /** The epoch of a store that has not called {@link #fence()}. */
  public static final long NO_EPOCH = -1;

  private static final Set<String> OWN_PROPERTIES =
      Set.of(
          SummaryKeys.EPOCH,
          SummaryKeys.SEQUENCE,
          SummaryKeys.SETTLED,
          TableCore.EPOCH_HOLDER,
          TableRules.KEY_PROPERTY,
          TableProperties.FORMAT_VERSION);

  private final TableLocation location;
  private final String name;
  private final TableSource source;
  private final TableOperations operations;
  private final Storage files;
  private final TableCore core;
  private final AtomicLong fileCounter = new AtomicLong();
  private final ReentrantLock commitLock = new ReentrantLock();

  @GuardedBy("commitLock")
  private boolean closed;

  private TableStore(
      TableLocation location,
      TableSource source,
      TableOperations operations,
      Storage storage,
      MetadataCache cache) {
    this.location = location;
    this.name = location.toString();
    this.source = source;
    this.operations = operations;
    this.files = RemoteOperations.filesOf(operations, storage);
    this.core = new TableCore(name, operations, files, cache);
  }

  /** True if there is a table. */
  public static boolean exists(TableLocation location, Storage storage) {
    try (TableSource source = new TableSource(location, storage)) {
      return source.exists();
    } catch (FirnException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException("Cannot tell whether there is a table " + location, e);
    }
  }

  /**
   * Creates a table and opens it. The table is unpartitioned, of Iceberg format version 3 unless
   * the properties say 2, with the key as identifier fields and sort order.
   *
   * @param schema the columns; field ids are assigned anew
   * @param keyColumns names of the key's columns, in key order
   * @param properties table properties, which override Firn's choices
   * @throws InvalidArgumentException if there is a table already
   * @throws SchemaMismatchException if these columns cannot be a key
   */
  public static TableStore create(
      TableLocation location,
      Storage storage,
      Schema schema,
      List<String> keyColumns,
      Map<String, String> properties) {
    return opened(
        location,
        storage,
        source -> source.create(schema, List.copyOf(keyColumns), properties),
        MetadataCache.none());
  }

  /**
   * Opens a table, at its current version.
   *
   * @throws NotATableException if there is none
   */
  public static TableStore open(TableLocation location, Storage storage) {
    return open(location, storage, MetadataCache.none());
  }

  /**
   * Opens a table for an operation that looks at many of its snapshots.
   *
   * @param cache what the operation has read so far, and reads from now on
   */
  public static TableStore open(TableLocation location, Storage storage, MetadataCache cache) {
    return opened(location, storage, TableSource::open, cache);
  }

  /** Takes another clock than the system's for what it commits from now on. */
  public void keepTimeBy(Ticker clock) {
    core.keepTimeBy(clock);
  }

  private static TableStore opened(
      TableLocation location,
      Storage storage,
      Function<TableSource, TableOperations> open,
      MetadataCache cache) {
    TableSource source = new TableSource(location, storage);
    boolean done = false;
    try {
      TableStore store = new TableStore(location, source, open.apply(source), storage, cache);
      done = true;
      return store;
    } catch (FirnException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException("Cannot open table " + location, e);
    } finally {
      if (!done) {
        source.close();
      }
    }
  }

  /** The version of the last commit or refresh. */
  public Version version() {
    return core.state().version();
  }

  /**
   * Adopts what others have committed.
   *
   * @return the current version; the same object as before if nothing has changed
   */
  @CanIgnoreReturnValue
  public Version refresh() {
    return locked(TableCore::adopt).version();
  }

  /**
   * The version of a retained snapshot, read by the schema it was written with.
   *
   * @throws SnapshotUnavailableException if the snapshot is not in the metadata
   */
  public Version versionAt(long snapshotId) {
    TableCore.State at = core.state();
    if (at.version().snapshotId() == snapshotId) {
      return at.version();
    }
    Snapshot snapshot = at.metadata().snapshot(snapshotId);
    if (snapshot == null) {
      throw new SnapshotUnavailableException(
          "Snapshot " + snapshotId + " of " + name + " does not exist or has expired");
    }
    return reading(
        "read snapshot " + snapshotId,
        () -> core.reader().at(at.metadata(), snapshot, at.version()));
  }

  /** The table's UUID, which it keeps for life. */
  public String uuid() {
    return core.state().metadata().uuid();
  }

  /** The table's directory as the metadata spells it, without a trailing slash. */
  public String location() {
    return core.state().metadata().location();
  }

  /**
   * Where the table's files are: the storage this store was opened with for a table on the local
   * file system, and the catalog's own files for any other. There the log and its lock are not.
   */
  public Storage files() {
    return files;
  }

  /** An Iceberg table fixed at the current version. It can be read but not changed. */
  public Table table() {
    return new BaseTable(new CommitBase(operations, core.state().metadata()), name);
  }

  /** The table's properties. */
  public Map<String, String> properties() {
    return core.state().metadata().properties();
  }

  /**
   * Sets and removes table properties.
   *
   * @throws InvalidArgumentException for a property that Firn keeps for itself
   */
  public void updateProperties(Map<String, String> set, Set<String> remove) {
    for (String key : OWN_PROPERTIES) {
      if (set.containsKey(key) || remove.contains(key)) {
        throw new InvalidArgumentException("Table property " + key + " is not for setting");
      }
    }
    repeat(
        "The change of properties",
        table ->
            table.change(
                builder -> builder.setProperties(set).removeProperties(remove),
                metadata -> true,
                metadata ->
                    metadata.properties().entrySet().containsAll(set.entrySet())
                        && remove.stream().noneMatch(metadata.properties()::containsKey)));
  }

  /**
   * Changes the schema by Iceberg's rules. Rows and files stay as they are and are read under the
   * new schema. If another engine's commit comes first, the change is made again on what is there.
   *
   * @throws InvalidArgumentException if Iceberg refuses the change
   * @throws SchemaMismatchException if the primary key would change
   * @throws UnsupportedFeatureException for a type that Firn does not store
   */
  public void updateSchema(Consumer<? super UpdateSchema> change) {
    repeat("The change of the schema", table -> table.changeSchema(change));
  }

  /**
   * Refuses a directory that was copied or moved. Its metadata names the files, the log and the
   * lock of the place it came from: whoever wrote to the copy would write there, and either would
   * delete files that the other needs.
   *
   * @throws UnsupportedFeatureException if the table was opened by a path other than its own
   */
  public void checkPlace() {
    TablePlace.check(location, location());
  }

  /**
   * Takes a new epoch: from now on this store may commit, and no other holder.
   *
   * @return the epoch, higher than every one before
   */
  @CanIgnoreReturnValue
  public long fence() {
    return locked(TableCore::fence);
  }

  /**
   * Lets this store commit compactions beside the holder of the current epoch, until the next one
   * is taken. Whoever acknowledges writes must call {@link #fence} instead.
   *
   * @return the current epoch
   */
  @CanIgnoreReturnValue
  public long join() {
    return locked(TableCore::join);
  }

  /** The epoch of {@link #fence()} or {@link #join()}, or {@link #NO_EPOCH}. */
  public long epoch() {
    return core.epoch();
  }

  /**
   * A fresh path for a data file. Nothing is created.
   *
   * @param level the level that the name hints at, 0 to 99
   */
  public String newDataFilePath(int level) {
    return StoragePaths.join(
        location(),
        "data/"
            + DataFileName.of(
                level,
                Math.max(0, core.epoch()),
                fileCounter.incrementAndGet(),
                ThreadLocalRandom.current().nextInt()));
  }

  /**
   * Commits a flush as one snapshot: new files, deletion vectors and sequence number together.
   *
   * @param prepare gives the commit for a version; called under the commit lock, and again if
   *     somebody else's commit came first
   * @return the version after the commit
   */
  @CanIgnoreReturnValue
  public Version commitFlush(Function<Version, FlushCommit> prepare) {
    return locked(
        table ->
            table.commit("The flush", (draft, version) -> draft.flush(prepare.apply(version))));
  }

  /**
   * Refuses what another engine has made of the table if Firn can only read it any more.
   *
   * @throws UnsupportedFeatureException if the table is partitioned, encrypted or wants a codec
   *     that Firn does not write; every commit would be refused for the same reason
   */
  public void checkWritable() {
    TableRules.checkWritable(core.state().metadata());
  }

  /**
   * Notes in the table's metadata that a version was found to need no masks, so that nobody looks
   * again. Does nothing if the version is no longer the current one, or has deletes to settle.
   */
  public void markSettled(Version version) {
    String id = Long.toString(version.snapshotId());
    boolean ignored =
        version.unsettled().deletes().isEmpty()
            && locked(
                table ->
                    table.change(
                        builder -> builder.setProperties(Map.of(SummaryKeys.SETTLED, id)),
                        metadata ->
                            metadata.currentSnapshot() != null
                                && metadata.currentSnapshot().snapshotId() == version.snapshotId(),
                        metadata -> id.equals(metadata.properties().get(SummaryKeys.SETTLED))));
  }

  /**
   * Commits a compaction as one snapshot: inputs with their deletion vectors out, outputs with
   * theirs in.
   *
   * @param prepare gives the commit for a version; called under the commit lock, and again if
   *     somebody else's commit came first
   * @return the version after the commit
   */
  @CanIgnoreReturnValue
  public Version commitRewrite(Function<Version, RewriteCommit> prepare) {
    return locked(
        table ->
            table.commit(
                "The compaction", (draft, version) -> draft.rewrite(prepare.apply(version))));
  }

  /**
   * Takes snapshots out of the metadata by a policy. Deletes no file: the result names those that
   * no retained snapshot needs any more.
   *
   * @param keep paths not to be returned for deletion: files that readers have open, or that are
   *     about to be committed
   */
  public ExpireResult expire(ExpirePolicy policy, Set<String> keep) {
    Set<String> kept = Set.copyOf(keep);
    for (int attempt = 0; attempt < core.attemptsMax(); attempt++) {
      TableCore.State base = core.state();
      SnapshotExpiry expiry =
          new SnapshotExpiry(
              base.metadata(), policy, MetadataChange.timestamp(base.metadata(), core.nowMillis()));
      if (expiry.isEmpty()) {
        return ExpireResult.NOTHING;
      }
      ExpireResult result =
          reading("read the manifests", () -> expiry.unneeded(core.reachable(base), kept));
      boolean done =
          locked(table -> table.change(expiry::apply, expiry::stillHolds, expiry::isDoneIn));
      if (done) {
        return result;
      }
      refresh();
    }
    throw core.conflict("The expiry");
  }

  /** The retained snapshots, oldest first. */
  public List<SnapshotInfo> snapshots() {
    TableMetadata metadata = core.state().metadata();
    SnapshotNames names = new SnapshotNames(metadata);
    return metadata.snapshots().stream()
        .map(
            snapshot ->
                new SnapshotInfo(
                    snapshot.snapshotId(),
                    snapshot.parentId() == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(snapshot.parentId()),
                    snapshot.timestampMillis(),
                    snapshot.operation(),
                    FlushedSequence.of(snapshot),
                    names.refsTo(snapshot.snapshotId()),
                    snapshot.summary()))
        .toList();
  }

  /**
   * The snapshot that was the current one at a time.
   *
   * @throws SnapshotUnavailableException if there was none, or it has expired
   */
  public long snapshotAt(Instant time) {
    return new SnapshotNames(core.state().metadata()).at(time);
  }

  /**
   * The snapshot that a tag or branch names.
   *
   * @throws SnapshotUnavailableException if there is no such name
   */
  public long snapshotOf(String ref) {
    return new SnapshotNames(core.state().metadata()).of(ref);
  }

  /** The leases that have not been released, the first to end first. */
  public List<Lease> leases() {
    return core.leases();
  }

  /**
   * Keeps a snapshot from expiring for some time from now on. A lease of the same name is replaced.
   * Needs no epoch.
   */
  public Lease lease(String name, long snapshotId, Duration duration) {
    return lease(name, snapshotId, duration, core.nowMillis());
  }

  Lease lease(String name, long snapshotId, Duration duration, long nowMillis) {
    String ref = SnapshotNames.refOf(name);
    changeRef(
        "The lease",
        metadata -> {
          SnapshotRef tag = new SnapshotNames(metadata).lease(snapshotId, duration, nowMillis);
          return builder -> builder.setRef(ref, tag);
        },
        metadata -> metadata.ref(ref) != null && metadata.ref(ref).snapshotId() == snapshotId);
    return leases().stream()
        .filter(lease -> lease.name().equals(name))
        .findFirst()
        .orElseThrow(() -> core.conflict("The lease"));
  }

  /** Ends a lease; nothing happens if there is none of this name. */
  public void release(String name) {
    String ref = SnapshotNames.refOf(name);
    changeRef(
        "The release of a lease",
        metadata -> builder -> builder.removeRef(ref),
        metadata -> metadata.ref(ref) == null);
  }

  private void changeRef(
      String what,
      Function<TableMetadata, UnaryOperator<TableMetadata.Builder>> change,
      Predicate<TableMetadata> happened) {
    repeat(what, table -> table.changeRef(change, happened));
  }

  /**
   * The files in the table's data and metadata directories that carry names as Firn and Iceberg
   * give them and that no retained metadata names: what crashes and failed commits left. Foreign
   * data files are never among them.
   *
   * @param inFlight paths of files that are being written or await their commit
   * @param modifiedBeforeMillis only files not modified since; must be well in the past, since
   *     other engines' uncommitted files cannot be told from abandoned ones. Files that a job has
   *     claimed by {@link JobClaims} are left alone however old they are
   */
  public List<String> orphans(Set<String> inFlight, long modifiedBeforeMillis) {
    return search(path -> true, modifiedBeforeMillis, inFlight, () -> false);
  }

  /**
   * Like {@link #orphans}, of any age and of certain names alone.
   *
   * @param wanted which paths to look for
   * @param givenUp asked between any two reads of metadata: whether nobody waits for the answer any
   *     more, which then is empty
   */
  public List<String> leftovers(
      Predicate<String> wanted, Set<String> inFlight, BooleanSupplier givenUp) {
    return search(wanted, Long.MAX_VALUE, inFlight, givenUp);
  }

  private List<String> search(
      Predicate<String> wanted,
      long modifiedBeforeMillis,
      Set<String> inFlight,
      BooleanSupplier givenUp) {
    return reading(
        "search the orphans",
        () -> {
          OrphanSearch search = new OrphanSearch(files, location(), wanted);
          search.list(modifiedBeforeMillis);
          refresh();
          search.leaveSince(JobClaims.oldestStart(leases(), modifiedBeforeMillis));
          TableCore.State state = core.state();
          return search.unnamed(core.reachable(state), state.version(), inFlight, givenUp);
        });
  }

  /** Every file that the current metadata needs, by whatever retained snapshot; itself included. */
  public Set<String> referencedFiles() {
    return reading("read the metadata", () -> core.reachable(core.state()).all());
  }

  private <T> T reading(String what, MetadataCache.Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException | UncheckedIOException | NotFoundException e) {
      throw new StorageException("Cannot " + what + " of " + name, e);
    }
  }

  /** Closes the catalog's connections. Closing again does nothing. */
  @Override
  public void close() {
    commitLock.lock();
    try {
      if (!closed) {
        closed = true;
        source.close();
      }
    } finally {
      commitLock.unlock();
    }
  }

  private interface Action<T> {
    T run(TableCore table) throws IOException;
  }

  private <T> T locked(Action<T> action) {
    commitLock.lock();
    try {
      if (closed) {
        throw new ClosedException("The store of " + name + " is closed");
      }
      return reading("read the metadata", () -> action.run(core));
    } finally {
      commitLock.unlock();
    }
  }

  /** Tries a change again for as long as somebody else's commit comes first, within bounds. */
  private void repeat(String what, Action<Boolean> change) {
    for (int attempt = 0; attempt < core.attemptsMax(); attempt++) {
      if (locked(change)) {
        return;
      }
    }
    throw core.conflict(what);
  }
}
