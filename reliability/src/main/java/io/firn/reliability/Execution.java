package io.firn.reliability;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.CompactionKind;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import io.firn.engine.TableSnapshot;
import io.firn.error.FirnException;
import io.firn.error.SnapshotUnavailableException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;

/** One list of operations against one table and the model, comparing as it goes. */
final class Execution {

  private record OpenSnapshot(TableSnapshot snapshot, NavigableMap<Long, Record> rows) {}

  private final String directory;
  private final FirnOptions options;
  private final Ledger ledger = new Ledger();
  private final List<OpenSnapshot> snapshots = new ArrayList<>();
  private CrashStorage storage = new CrashStorage();
  private FirnTable table;

  Execution(String directory, FirnOptions options) {
    this.directory = directory;
    this.options = options;
    this.table = open();
  }

  private FirnTable open() {
    return FirnTable.builder()
        .path(directory)
        .schema(Rows.SCHEMA)
        .key("id")
        .storage(storage)
        .options(options)
        .open();
  }

  /** Runs the list to its end. */
  void run(List<Operation> operations) throws IOException {
    int at = 0;
    try {
      for (; at < operations.size(); at++) {
        run(operations.get(at));
      }
      checkSnapshots();
      ledger.checkNewest(table, "the end");
      table.close();
      ledger.checkSnapshots(storage, directory, "the end");
      Ledger.checkSound(storage, directory, "the end");
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "operation " + at + " of " + operations.size() + ": " + e.getMessage(), e);
    } finally {
      abandon();
    }
  }

  private void run(Operation operation) throws IOException {
    Random random = new Random(operation.seed());
    switch (operation.kind()) {
      case BATCH -> write(random, 1 + random.nextInt(8));
      case BIG_BATCH -> write(random, 100 + random.nextInt(400));
      case GET -> get(random);
      case SCAN_RANGE -> scanRange(random);
      case SCAN_FILTERED -> scanFiltered(random);
      case SCAN_UNORDERED ->
          compare(ledger.state(), byKey(table.scan().unordered()), "unordered scan");
      case OPEN_SNAPSHOT -> openSnapshot();
      case CHECK_SNAPSHOTS -> checkSnapshots();
      case TIME_TRAVEL -> timeTravel(random);
      case FLUSH -> {
        table.flush();
        ledger.acknowledge();
      }
      case COMPACT -> {
        table.compact(random.nextBoolean() ? CompactionKind.FULL : CompactionKind.DUE);
        ledger.checkNewest(table, "after a compaction");
      }
      case SWEEP -> table.sweep();
      case OUTSIDE_READ -> {
        table.close();
        ledger.checkSnapshots(storage, directory, "closed");
        reopened();
      }
      case REOPEN -> {
        checkSnapshots();
        table.close();
        reopened();
      }
      case CRASH -> crash(random);
    }
  }

  private void write(Random random, int operations) {
    long at = ledger.attempted();
    table.write(ledger.attempt(table, Workload.changes(random, at, operations)));
    if (options.durability() == Durability.SYNC) {
      ledger.acknowledge();
    }
  }

  private void get(Random random) {
    long key = random.nextInt(Workload.KEYS + 10);
    Optional<Record> expected = Optional.ofNullable(ledger.state().get(key));
    if (!table.get(key).equals(expected)) {
      throw new AssertionError("get(" + key + ") is not " + expected);
    }
  }

  private void scanRange(Random random) {
    long from = random.nextInt(Workload.KEYS);
    long to = from + random.nextInt(Workload.KEYS);
    Scan scan = table.scan().from(from).to(to);
    NavigableMap<Long, Record> expected = ledger.state().subMap(from, true, to, false);
    List<Record> rows = new ArrayList<>(expected.values());
    if (random.nextBoolean()) {
      scan = scan.reverse();
      rows = new ArrayList<>(expected.descendingMap().values());
    }
    if (random.nextInt(4) == 0) {
      int limit = 1 + random.nextInt(20);
      scan = scan.limit(limit);
      rows = rows.subList(0, Math.min(limit, rows.size()));
    }
    List<Record> found = Rows.all(scan.records());
    if (!found.equals(rows)) {
      throw new AssertionError("range from " + from + " to " + to + ": " + found.size() + " rows");
    }
  }

  private void scanFiltered(Random random) {
    double bound = random.nextInt(400);
    NavigableMap<Long, Record> expected = new TreeMap<>(ledger.state());
    expected
        .values()
        .removeIf(
            row -> row.getField("amount") == null || (Double) row.getField("amount") <= bound);
    Scan scan = table.scan().filter(Expressions.greaterThan("amount", bound));
    compare(expected, byKey(random.nextBoolean() ? scan.unordered() : scan), "filtered scan");
  }

  private void openSnapshot() {
    if (snapshots.size() < 4) {
      snapshots.add(new OpenSnapshot(table.snapshot(), ledger.state()));
    }
  }

  private void checkSnapshots() {
    for (OpenSnapshot open : snapshots) {
      try (TableSnapshot snapshot = open.snapshot()) {
        compare(open.rows(), byKey(snapshot.scan()), "snapshot");
      }
    }
    snapshots.clear();
  }

  private void timeTravel(Random random) {
    List<SnapshotInfo> retained = table.snapshots();
    if (retained.isEmpty()) {
      return;
    }
    SnapshotInfo chosen = retained.get(random.nextInt(retained.size()));
    NavigableMap<Long, Record> rows;
    try {
      rows = byKey(table.scan().asOf(chosen.snapshotId()));
    } catch (SnapshotUnavailableException expired) {
      return;
    }
    compare(ledger.stateAt(chosen.sequence().orElseThrow()), rows, "time travel");
  }

  private void reopened() {
    abandon();
    table = open();
    ledger.acknowledge();
    ledger.recovered(table, "opened again");
  }

  private void crash(Random random) throws IOException {
    SurvivalMode[] modes = SurvivalMode.values();
    SurvivalMode mode = modes[random.nextInt(modes.length)];
    CrashStorage survivor = storage.crash(mode, random.nextLong());
    abandon();
    storage = survivor;
    table = open();
    ledger.recovered(table, "after a crash, " + mode + " survives");
    if (random.nextInt(4) == 0) {
      ledger.checkSnapshots(storage, directory, "after a crash");
    }
  }

  /** Closes what is open; the storage may be gone. */
  private void abandon() {
    for (OpenSnapshot open : snapshots) {
      open.snapshot().close();
    }
    snapshots.clear();
    try {
      table.close();
    } catch (FirnException e) {
      if (!storage.crashed()) {
        throw e;
      }
    }
  }

  private static NavigableMap<Long, Record> byKey(Scan scan) {
    NavigableMap<Long, Record> rows = new TreeMap<>();
    for (Record row : Rows.all(scan.records())) {
      if (rows.put((Long) row.getField("id"), row) != null) {
        throw new AssertionError("key " + row.getField("id") + " twice");
      }
    }
    return rows;
  }

  private static void compare(
      NavigableMap<Long, Record> expected, NavigableMap<Long, Record> found, String what) {
    if (!expected.equals(found)) {
      throw new AssertionError(what + ": " + found.size() + " rows, not " + expected.size());
    }
  }
}
