package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.TableSnapshot;
import io.firn.engine.WriteBatch;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.EvolvedRow;
import io.firn.testkit.ForeignStatement;
import io.firn.testkit.SchemaEvolution;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.GenericRecord;

/** One list of operations against one table and its history, comparing as it goes. */
final class Execution {

  private static final int SNAPSHOTS_MAX = 4;

  private record OpenSnapshot(TableSnapshot snapshot, TreeMap<Long, EvolvedRow> rows) {}

  private final String directory;
  private final Configuration configuration;
  private final History history = new History();
  private final RandomRow rows = new RandomRow();
  private final OtherEngine others;
  private final List<OpenSnapshot> snapshots = new ArrayList<>();

  /** The files of the Iceberg snapshots that have been read from outside since the last crash. */
  private final Map<Long, Set<String>> checked = new HashMap<>();

  private CrashStorage storage = new CrashStorage();
  private FirnTable table;
  private Reads reads;

  Execution(String directory, Configuration configuration) {
    this.directory = directory;
    this.configuration = configuration;
    this.others = new OtherEngine(directory, history, rows, configuration.keys());
    this.table = open();
    this.reads = new Reads(table, history, configuration.keys());
  }

  private FirnTable open() {
    FirnTable.Builder builder =
        FirnTable.builder().path(directory).storage(storage).options(configuration.options());
    if (!builder.exists()) {
      builder
          .schema(configuration.schema())
          .key("id")
          .property("gc.enabled", "true")
          .property("format-version", Integer.toString(configuration.formatVersion()));
    }
    return builder.open();
  }

  /**
   * Runs the list to its end.
   *
   * @throws FailedOperationError if a promise is broken, or if anything else goes wrong
   */
  void run(List<Operation> operations) {
    int at = 0;
    try {
      for (; at < operations.size(); at++) {
        run(operations.get(at));
      }
      checkSnapshots();
      reads.all("the end");
      table.close();
      checkFromOutside("the end");
      Ledger.checkSound(storage, directory, "the end");
    } catch (IOException | RuntimeException | AssertionError e) {
      FailedOperationError failed = new FailedOperationError(at, e);
      try {
        abandon();
      } catch (RuntimeException again) {
        failed.addSuppressed(again);
      }
      throw failed;
    }
  }

  private void run(Operation operation) throws IOException {
    Random random = new Random(operation.seed());
    switch (operation.kind()) {
      case CHANGE -> change(random);
      case BATCH, BIG_BATCH -> write(random, operation.count());
      case GET -> reads.get(random);
      case MULTI_GET -> reads.multiGet(random);
      case SCAN_RANGE -> reads.range(random);
      case SCAN_FILTERED -> reads.filtered(random);
      case SCAN_UNORDERED -> reads.unordered();
      case OPEN_SNAPSHOT -> openSnapshot();
      case CHECK_SNAPSHOTS -> checkSnapshots();
      case TIME_TRAVEL -> reads.timeTravel(others, random);
      case FLUSH -> flush();
      case COMPACT -> compact(random);
      case SWEEP -> table.sweep();
      case REOPEN -> reopen(random);
      case CRASH -> crash(random);
      case OTHERS_COMMIT -> othersCommit(random);
      case CHANGE_SCHEMA -> changeSchema(random);
    }
  }

  private void change(Random random) {
    long key = random.nextInt(configuration.keys());
    Schema schema = table.schema();
    Optional<GenericRecord> row = row(schema, key, random);
    history.attempt(
        List.of(new History.Change(key, row.map(put -> EvolvedRow.of(put, schema.asStruct())))));
    row.ifPresentOrElse(table::put, () -> table.delete(key));
    acknowledge();
  }

  private void write(Random random, int changes) {
    WriteBatch batch = table.newBatch();
    List<History.Change> attempted = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      long key = random.nextInt(configuration.keys());
      Optional<GenericRecord> row = row(batch.schema(), key, random);
      row.ifPresentOrElse(batch::put, () -> batch.delete(key));
      attempted.add(
          new History.Change(key, row.map(put -> EvolvedRow.of(put, batch.schema().asStruct()))));
    }
    history.attempt(attempted);
    table.write(batch);
    acknowledge();
  }

  /** A row for the key; none, for the key to be deleted, one time in five. */
  private Optional<GenericRecord> row(Schema schema, long key, Random random) {
    return random.nextInt(5) == 0 ? Optional.empty() : Optional.of(rows.row(schema, key, random));
  }

  private void acknowledge() {
    if (configuration.options().durability() == Durability.SYNC) {
      history.acknowledge();
    }
  }

  private void flush() {
    table.flush();
    history.acknowledge();
  }

  private void compact(Random random) {
    table.compact(random.nextBoolean() ? CompactionKind.FULL : CompactionKind.DUE);
    reads.all("after a compaction");
  }

  private void openSnapshot() {
    if (snapshots.size() < SNAPSHOTS_MAX) {
      snapshots.add(new OpenSnapshot(table.snapshot(), new TreeMap<>(history.newest())));
    }
  }

  private void checkSnapshots() {
    for (OpenSnapshot open : snapshots) {
      try (TableSnapshot snapshot = open.snapshot()) {
        new Comparison(snapshot.schema(), "snapshot at " + snapshot.sequence())
            .inOrder(open.rows().values(), Rows.all(snapshot.scan().records()));
      }
    }
    snapshots.clear();
  }

  private void changeSchema(Random random) {
    SchemaEvolution.Step step =
        new SchemaEvolution(random, Configuration.KEPT).next(table.schema());
    if (step != null && step.formatVersionMin() <= configuration.formatVersion()) {
      table.updateSchema(step.change());
    }
  }

  /** Another engine commits, with writes of ours before it in memory or not; then Firn notices. */
  private void othersCommit(Random random) throws IOException {
    if (random.nextBoolean()) {
      flush();
    }
    Optional<ForeignStatement> statement = others.commit(storage, random.nextLong());
    if (statement.isPresent() && !statement.get().changesSchema() && random.nextBoolean()) {
      write(random, 1 + random.nextInt(8));
    }
    switch (random.nextInt(6)) {
      case 0 -> flush();
      case 1 -> table.compact(CompactionKind.DUE);
      case 2 -> reopen(random);
      case 3 -> crash(random);
      default -> {}
    }
    table.refresh();
    reads.all("after another engine's " + statement.map(Enum::name).orElse("refused statement"));
  }

  private void reopen(Random random) throws IOException {
    if (random.nextBoolean()) {
      checkSnapshots();
    }
    closeSnapshots();
    table.close();
    history.acknowledge();
    if (random.nextBoolean()) {
      checkFromOutside("closed");
    }
    opened("opened again");
  }

  private void crash(Random random) throws IOException {
    SurvivalMode[] modes = SurvivalMode.values();
    SurvivalMode mode = modes[random.nextInt(modes.length)];
    CrashStorage survivor = storage.crash(mode, random.nextLong());
    abandon();
    storage = survivor;
    checked.clear();
    if (random.nextInt(4) == 0) {
      checkFromOutside("after a crash, " + mode + " survives");
    }
    if (random.nextInt(4) == 0) {
      others.commit(storage, random.nextLong());
    }
    opened("after a crash, " + mode + " survives");
  }

  private void opened(String moment) {
    table = open();
    reads = new Reads(table, history, configuration.keys());
    history.recovered(table.stats().sequence(), moment);
    reads.all(moment);
  }

  /**
   * Each visible Iceberg snapshot, read without Firn, holds what it must; of those that were read
   * before, all files are there. To be called when nobody has the table open.
   */
  private void checkFromOutside(String moment) throws IOException {
    OutsideView view = OutsideView.of(storage, directory);
    for (Snapshot snapshot : view.snapshots()) {
      Set<String> files = checked.get(snapshot.snapshotId());
      if (files == null) {
        checked.put(snapshot.snapshotId(), view.files(snapshot));
        others.check(snapshot, view.records(snapshot.snapshotId()), view.schema(snapshot), moment);
        continue;
      }
      for (String file : files) {
        if (!storage.exists(file)) {
          throw new AssertionError(moment + ": " + file + " of " + snapshot + " is missing");
        }
      }
    }
  }

  private void closeSnapshots() {
    snapshots.forEach(open -> open.snapshot().close());
    snapshots.clear();
  }

  /** Closes what is open; the storage may be gone. */
  private void abandon() {
    closeSnapshots();
    try {
      table.close();
    } catch (FirnException e) {
      if (!storage.crashed()) {
        throw e;
      }
    }
  }

  /** An operation of the list failed. */
  static final class FailedOperationError extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final int index;

    FailedOperationError(int index, Throwable cause) {
      super("operation " + index + ": " + cause.getMessage(), cause);
      this.index = index;
    }

    /** Its place in the list. */
    int index() {
      return index;
    }
  }
}
