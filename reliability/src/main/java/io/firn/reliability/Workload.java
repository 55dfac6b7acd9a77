package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.error.FirnException;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Random batches over few keys, with flushes, compactions and sweeps between them. */
final class Workload {

  static final int KEYS = 150;

  private final Storage storage;
  private final String directory;
  private final Random random;
  private final Ledger ledger;

  Workload(Storage storage, String directory, Random random, Ledger ledger) {
    this.storage = storage;
    this.directory = directory;
    this.random = random;
    this.ledger = ledger;
  }

  /** A table that flushes, compacts, expires and sweeps as soon as it can. */
  static FirnTable.Builder table(Storage storage, String directory) {
    return FirnTable.builder()
        .path(directory)
        .schema(Rows.SCHEMA)
        .key("id")
        .storage(storage)
        .options(options().build());
  }

  static FirnOptions.Builder options() {
    return FirnOptions.builder()
        .set(OptionKey.MEMTABLE_BYTES_MAX, 64 << 10)
        .set(OptionKey.COMPACTION_LEVEL0_FILES, 3)
        .set(OptionKey.SWEEP_GRACE_MILLIS, 0)
        .set(OptionKey.SNAPSHOT_AGE_MILLIS_MAX, 0)
        .set(OptionKey.SNAPSHOTS_RETAINED_MIN, 3)
        .set(OptionKey.WRITE_STALL_MILLIS_MAX, 2_000)
        .set(OptionKey.CLOSE_MILLIS_MAX, 20_000);
  }

  FirnTable open() {
    return table(storage, directory).open();
  }

  /** Sixty batches, a flush every ten, a compaction and a sweep near the end. */
  void run() {
    try (FirnTable table = open()) {
      for (int i = 0; i < 60; i++) {
        write(table);
        if (i % 10 == 9) {
          table.flush();
        }
        if (i == 45) {
          table.compact(CompactionKind.FULL);
          table.sweep();
        }
      }
    }
  }

  /** What is done with a table while it is open. */
  interface Session {
    void run(Workload workload, FirnTable table);
  }

  /** What a table leaves whose process is killed at the end of a session. */
  static CrashStorage killed(
      CrashStorage storage, String directory, Random random, Ledger ledger, Session session) {
    Workload workload = new Workload(storage, directory, random, ledger);
    CrashStorage left = storage;
    try (FirnTable table = workload.open()) {
      session.run(workload, table);
      left = storage.crash(SurvivalMode.ALL, 1);
    } catch (FirnException e) {
      // Its storage is gone: it could not close.
      if (!storage.crashed()) {
        throw e;
      }
    }
    return left;
  }

  /**
   * Opens what has survived something, and goes on: what Iceberg's reader and Firn's find is what
   * the ledger allows, and after a write and a flush exactly what it has.
   *
   * @param moment what happened, for the messages
   */
  void goOn(String moment) throws IOException {
    ledger.checkSnapshots(storage, directory, moment);
    try (FirnTable table = open()) {
      ledger.recovered(table, moment);
      write(table);
      table.flush();
      ledger.checkNewest(table, moment + ", after a flush");
    }
  }

  /** One batch with the table's default durability, SYNC. */
  void write(FirnTable table) {
    write(table, 1 + random.nextInt(6));
  }

  void write(FirnTable table, int operations) {
    table.write(ledger.attempt(table, changes(random, ledger.attempted(), operations)));
    ledger.acknowledge();
  }

  /** Random changes; rows carry the sequence number they get. */
  static List<Ledger.Change> changes(Random random, long attempted, int operations) {
    List<Ledger.Change> changes = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      long key = random.nextInt(KEYS);
      changes.add(
          new Ledger.Change(
              key,
              random.nextInt(5) == 0
                  ? Optional.empty()
                  : Optional.of(Rows.row(key, attempted + i + 1))));
    }
    return changes;
  }
}
