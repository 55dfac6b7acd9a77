package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * The n-th storage call of a kind fails, once or for good: whoever lost durability is told, reads
 * go on, and after a power cut everything acknowledged is there.
 */
final class FaultCampaign implements Campaign {

  /** A kind of call, and about how many of it a run of the workload makes. */
  private record Target(StorageOperation operation, int calls) {}

  private static final List<Target> TARGETS =
      List.of(
          new Target(StorageOperation.WRITE, 220),
          new Target(StorageOperation.SYNC, 130),
          new Target(StorageOperation.SYNC_DIRECTORY, 90),
          new Target(StorageOperation.CREATE, 90),
          new Target(StorageOperation.PUBLISH, 14),
          new Target(StorageOperation.REPLACE, 12),
          new Target(StorageOperation.DELETE, 60),
          new Target(StorageOperation.READ, 300),
          new Target(StorageOperation.OPEN, 80),
          new Target(StorageOperation.LIST, 20),
          new Target(StorageOperation.LENGTH, 40),
          new Target(StorageOperation.EXISTS, 60),
          new Target(StorageOperation.CREATE_DIRECTORIES, 60),
          new Target(StorageOperation.CLOSE_OUTPUT, 90));

  private static final List<String> ERRORS =
      List.of("Input/output error", "Too many open files", "Permission denied");

  @Override
  public String name() {
    return "faults";
  }

  @Override
  public String promise() {
    return "I/O error at the n-th call, once or for good: told, reads go on, nothing lost";
  }

  @Override
  public int rounds() {
    return 20_000;
  }

  @Override
  public int everydayRounds() {
    return 10;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    Target target = TARGETS.get(round.index() % TARGETS.size());
    int nth = 1 + random.nextInt(target.calls());
    String error = ERRORS.get(random.nextInt(ERRORS.size()));
    CrashStorage disk = new CrashStorage();
    FaultStorage storage = new FaultStorage(disk);
    String moment = "call " + nth + " of " + target.operation() + " fails: " + error;
    FaultStorage.Rule rule = storage.on(target.operation()).nth(nth);
    switch (random.nextInt(target.operation() == StorageOperation.WRITE ? 4 : 3)) {
      case 0 -> {
        moment += ", for good";
        rule.failForGood(() -> new IOException(error));
      }
      case 1 -> rule.failOnce(() -> new IOException(error));
      case 2 -> {
        moment += ", after its effect";
        rule.failAfterEffect(() -> new IOException(error));
      }
      default -> {
        moment += ", short";
        rule.writeOnly(random.nextInt(40));
      }
    }
    Ledger ledger = new Ledger();
    run(round, ledger, random, storage, moment);
    CrashStorage survivor = disk.crash(SurvivalMode.NONE, random.nextLong());
    ledger.checkSnapshots(survivor, round.table(), moment);
    Workload after = new Workload(survivor, round.table(), random, ledger);
    try (FirnTable table = after.open()) {
      ledger.recovered(table, moment);
      after.write(table);
      table.flush();
      ledger.checkNewest(table, moment + ", after a flush");
    }
    Ledger.checkSound(survivor, round.table(), moment);
    return 1;
  }

  private static void run(
      Round round, Ledger ledger, Random random, FaultStorage storage, String moment) {
    FaultyWorkload workload = new FaultyWorkload(random, ledger);
    try (FirnTable table = Workload.table(storage, round.table()).open()) {
      for (int i = 0; i < 60; i++) {
        workload.step(table, i);
      }
    } catch (FirnException e) {
      // The fault may hit the opening or the closing.
      if (e.getMessage() == null) {
        throw new AssertionError(moment + ": an error that says nothing", e);
      }
    }
  }
}
