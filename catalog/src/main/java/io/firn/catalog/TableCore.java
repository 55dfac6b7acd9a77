package io.firn.catalog;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.firn.catalog.MetadataCommitter.Outcome;
import io.firn.error.CommitConflictException;
import io.firn.error.CommitUnknownException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.StorageException;
import io.firn.format.TableSchema;
import io.firn.service.Ticker;
import io.firn.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A table's metadata with the version that follows from it, and every way they change: others'
 * commits are adopted, our own are prepared on the state there is and installed.
 *
 * <p>{@link #state} and {@link #epoch} may be called by any thread; all other methods by one thread
 * at a time: {@link TableStore} calls them under its commit lock.
 */
final class TableCore {

  /** How often a change is prepared again because somebody else's commit came first. */
  private static final int ATTEMPTS_MAX = 20;

  /**
   * And how often beside an owner, whose commits are the quicker ones: a compaction that has taken
   * minutes is worth some seconds of patience.
   */
  private static final int ATTEMPTS_BESIDE_OWNER_MAX = 500;

  static final String EPOCH_HOLDER = "firn.epoch-holder";

  /** The metadata and the version that follows from it, always together. */
  record State(TableMetadata metadata, Version version) {}

  /** Writes a commit's files and returns the metadata that names them. */
  interface Drafting {
    TableMetadata draft(SnapshotDraft draft, Version version) throws IOException;
  }

  private final String name;
  private final TableOperations operations;
  private final Storage storage;
  private final MetadataCommitter committer;
  private final CommitSemantics semantics;
  private final VersionReader reader;
  private final MetadataCache cache;
  private final ForeignFiles foreignFiles;

  private volatile State state;
  private volatile long epoch = TableStore.NO_EPOCH;

  private volatile Ticker ticker = Ticker.system();

  /** Read by whoever is about to try a change, without the commit lock. */
  private volatile boolean besideOwner;

  // One thread at a time, as the methods that use it.
  private final CommitPace pace = new CommitPace();

  TableCore(String name, TableOperations operations, Storage storage, MetadataCache cache) {
    this.name = name;
    this.storage = storage;
    this.foreignFiles = new ForeignFiles(storage, operations.io());
    this.operations = operations;
    this.semantics = CommitSemantics.of(operations);
    this.cache = cache;
    this.reader = new VersionReader(operations.io(), storage, cache);
    this.committer = new MetadataCommitter(operations, name);
    TableMetadata metadata = operations.current();
    TableSchema schema = TableRules.checkReadable(metadata);
    this.state = new State(metadata, read(metadata, schema, null));
  }

  State state() {
    return state;
  }

  void keepTimeBy(Ticker clock) {
    ticker = clock;
  }

  long nowMillis() {
    return ticker.currentTimeMillis();
  }

  long epoch() {
    return epoch;
  }

  /** The leases of the current metadata, the first to end first. */
  List<Lease> leases() {
    return new SnapshotNames(state.metadata()).leases();
  }

  VersionReader reader() {
    return reader;
  }

  ReachableFiles reachable(State at) {
    return new ReachableFiles(operations.io(), at.metadata(), cache);
  }

  /** Takes the next epoch. */
  long fence() throws IOException {
    checkPlace();
    String holder = UUID.randomUUID().toString();
    Predicate<TableMetadata> held =
        metadata -> holder.equals(metadata.properties().get(EPOCH_HOLDER));
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      State base = adopt();
      TableRules.checkWritable(base.metadata());
      if (held.test(base.metadata())) {
        foreignFiles.makeDurable(base.metadata(), base.version(), List.of());
        epoch = MetadataCommitter.epochOf(base.metadata());
        return epoch;
      }
      long next = MetadataCommitter.epochOf(base.metadata()) + 1;
      Map<String, String> properties =
          Map.of(
              SummaryKeys.EPOCH,
              Long.toString(next),
              EPOCH_HOLDER,
              holder,
              TableRules.KEY_PROPERTY,
              TableRules.keyProperty(base.version().schema()));
      if (semantics == CommitSemantics.CHANGES) {
        fenceBySnapshot(base, properties, next, held);
      } else {
        swap(base.metadata(), builder -> builder.setProperties(properties), held);
      }
    }
    throw conflict("The fence");
  }

  /**
   * Takes an epoch where only a snapshot excludes other commits: by one that changes nothing.
   * Whatever the holder of an older epoch has prepared was prepared for another snapshot.
   */
  private void fenceBySnapshot(
      State base, Map<String, String> properties, long next, Predicate<TableMetadata> held)
      throws IOException {
    SnapshotDraft draft =
        new SnapshotDraft(
                operations,
                storage,
                base.metadata(),
                base.version(),
                next,
                UUID.randomUUID().toString())
            .by(ticker);
    TableMetadata updated = draft.fence(properties);
    if (committer.commit(base.metadata(), updated, held) == Outcome.CONFLICT) {
      draft.discard();
    }
  }

  private void checkPlace() {
    if (operations instanceof RemoteOperations remote) {
      remote.checkWritable();
    }
  }

  /** From now on commits beside the holder of the epoch there is, for as long as it lasts. */
  long join() throws IOException {
    checkPlace();
    State base = adopt();
    TableRules.checkWritable(base.metadata());
    epoch = MetadataCommitter.epochOf(base.metadata());
    besideOwner = true;
    return epoch;
  }

  /** Commits one snapshot, prepared for the state it is applied to. */
  Version commit(String what, Drafting drafting) throws IOException {
    leaveRoomForJobs();
    long start = System.nanoTime();
    String commitId = UUID.randomUUID().toString();
    Predicate<TableMetadata> happened = MetadataCommitter.carries(commitId);
    // The base of an attempt whose answer was lost: while it is current, the attempt may arrive.
    String lostOn = null;
    try {
      for (int attempt = 0; attempt < attemptsMax(); attempt++) {
        State base = adopt();
        if (attempt > 0 && happened.test(base.metadata())) {
          return base.version();
        }
        committer.checkEpoch(base.metadata(), epoch);
        TableRules.checkWritable(base.metadata());
        if (!base.metadata().metadataFileLocation().equals(lostOn)) {
          lostOn = null;
        }
        SnapshotDraft draft =
            new SnapshotDraft(operations, storage, base.metadata(), base.version(), epoch, commitId)
                .by(ticker);
        Outcome outcome = attempt(base, draft, drafting, happened);
        if (outcome == Outcome.COMMITTED) {
          pace.ended(start);
          return state.version();
        }
        if (outcome == Outcome.ABSENT) {
          lostOn = base.metadata().metadataFileLocation();
        }
      }
      throw conflict(what);
    } catch (StorageException | CommitConflictException e) {
      if (lostOn != null) {
        throw new CommitUnknownException(what + " of " + name + " may still arrive", e);
      }
      throw e;
    }
  }

  /** How often a change is tried that comes second. */
  int attemptsMax() {
    return besideOwner ? ATTEMPTS_BESIDE_OWNER_MAX : ATTEMPTS_MAX;
  }

  private void leaveRoomForJobs() {
    if (!besideOwner && JobClaims.any(leases(), nowMillis())) {
      pace.awaitGap();
    }
  }

  private Outcome attempt(
      State base, SnapshotDraft draft, Drafting drafting, Predicate<TableMetadata> happened) {
    boolean mayArrive = false;
    boolean committed = false;
    try {
      TableMetadata updated = drafting.draft(draft, base.version());
      mayArrive = true;
      Outcome outcome = committer.commit(base.metadata(), updated, happened);
      mayArrive = outcome == Outcome.ABSENT;
      committed = outcome == Outcome.COMMITTED;
      if (committed) {
        install(draft);
      }
      return outcome;
    } catch (StorageException e) {
      // A catalog may carry out later what it reported as failed; a file system does not.
      mayArrive &= !(operations instanceof PathTableOperations);
      throw e;
    } catch (ValidationException e) {
      throw new CommitConflictException("Iceberg refuses a commit to " + name, e);
    } catch (IOException | UncheckedIOException | NotFoundException e) {
      throw new StorageException("A commit to " + name + " could not be written", e);
    } finally {
      if (committed) {
        draft.deleteSuperseded();
      } else if (!mayArrive) {
        draft.discard();
      }
    }
  }

  /** Takes over the committed snapshot, if it is still the current one. */
  private void install(SnapshotDraft draft) {
    try {
      TableMetadata committed = committer.refresh();
      if (draft.isCurrentIn(committed)) {
        state = new State(committed, draft.result(committed, reader));
      } else {
        adopt();
      }
    } catch (NotATableException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      // Whoever hears that a commit failed deletes its files, which the table now needs.
      throw new CommitUnknownException(
          "A commit to " + name + " has happened, but the table cannot be read since", e);
    }
  }

  /**
   * Changes the metadata without adding a snapshot, if this holder's epoch lasts.
   *
   * @param applies whether the change still makes sense on the current metadata
   * @return false if it does not, or if somebody else's commit came first
   */
  boolean change(
      UnaryOperator<TableMetadata.Builder> change,
      Predicate<TableMetadata> applies,
      Predicate<TableMetadata> happened)
      throws IOException {
    State base = adopt();
    committer.checkEpoch(base.metadata(), epoch);
    return applies.test(base.metadata())
        && swap(base.metadata(), change, happened) == Outcome.COMMITTED;
  }

  /**
   * Changes the schema, if this holder's epoch lasts and Firn can serve the result.
   *
   * @return false if somebody else's commit came first
   */
  boolean changeSchema(Consumer<? super UpdateSchema> change) throws IOException {
    State base = adopt();
    committer.checkEpoch(base.metadata(), epoch);
    TableMetadata changed = SchemaChange.apply(operations, base.metadata(), name, change);
    checkSameKey(base.version().schema(), TableRules.checkReadable(changed));
    Schema schema = changed.schema();
    boolean knownBefore = has(base.metadata(), schema);
    return swap(
            base.metadata(),
            builder ->
                builder
                    .setCurrentSchema(schema, changed.lastColumnId())
                    .setProperties(changed.properties()),
            now -> knownBefore ? now.schema().sameSchema(schema) : has(now, schema))
        == Outcome.COMMITTED;
  }

  private static boolean has(TableMetadata metadata, Schema schema) {
    return metadata.schemas().stream().anyMatch(schema::sameSchema);
  }

  /**
   * Sets or removes a tag, which needs no epoch: it changes no row, and readers do it too. It needs
   * no version of the rows either, so that it is prepared faster than anybody flushes.
   *
   * @return false if somebody else's commit came first
   */
  boolean changeRef(
      Function<TableMetadata, UnaryOperator<TableMetadata.Builder>> change,
      Predicate<TableMetadata> happened)
      throws IOException {
    TableMetadata base = current();
    return swap(base, change.apply(base), happened) == Outcome.COMMITTED;
  }

  private Outcome swap(
      TableMetadata base,
      UnaryOperator<TableMetadata.Builder> change,
      Predicate<TableMetadata> happened)
      throws IOException {
    TableMetadata updated = MetadataChange.apply(base, change, nowMillis(), semantics);
    if (updated == base) {
      adopt();
      return Outcome.COMMITTED;
    }
    Outcome outcome = committer.commit(base, updated, happened);
    if (outcome == Outcome.COMMITTED) {
      adopt();
    }
    return outcome;
  }

  /** Brings the state up to the current metadata. */
  @CanIgnoreReturnValue
  State adopt() throws IOException {
    State known = state;
    TableMetadata metadata = current();
    if (metadata == known.metadata()) {
      return known;
    }
    TableSchema schema = known.version().schema();
    boolean sameSchema = metadata.currentSchemaId() == known.version().schemaId();
    if (!sameSchema || !metadata.properties().equals(known.metadata().properties())) {
      TableSchema checked = TableRules.checkReadable(metadata);
      checkSameKey(schema, checked);
      schema = sameSchema ? schema : checked;
    }
    State adopted = new State(metadata, read(metadata, schema, known.version()));
    if (epoch != TableStore.NO_EPOCH
        && adopted.version().snapshotId() != known.version().snapshotId()) {
      foreignFiles.makeDurable(metadata, adopted.version(), known.version().files().values());
    }
    state = adopted;
    return adopted;
  }

  /** The current metadata, of this table and no other. */
  private TableMetadata current() {
    TableMetadata metadata = committer.refresh();
    if (!metadata.uuid().equals(state.metadata().uuid())) {
      throw new NotATableException("Table " + name + " has been replaced by another");
    }
    return metadata;
  }

  private void checkSameKey(TableSchema before, TableSchema after) {
    List<NestedField> old = before.keyFields();
    List<NestedField> now = after.keyFields();
    boolean same = old.size() == now.size();
    for (int i = 0; same && i < old.size(); i++) {
      same =
          old.get(i).fieldId() == now.get(i).fieldId()
              && old.get(i).type().equals(now.get(i).type());
    }
    if (!same) {
      throw new SchemaMismatchException(
          "The primary key of " + name + " was changed from " + old + " to " + now);
    }
  }

  private Version read(TableMetadata metadata, TableSchema schema, @Nullable Version known) {
    try {
      Version version = reader.current(metadata, schema, known);
      return known != null && version.isSameAs(known) ? known : version;
    } catch (IOException | UncheckedIOException | NotFoundException e) {
      throw new StorageException("Cannot read the manifests of " + name, e);
    }
  }

  CommitConflictException conflict(String what) {
    return new CommitConflictException(
        what + " of " + name + " came second " + attemptsMax() + " times; another engine commits");
  }
}
