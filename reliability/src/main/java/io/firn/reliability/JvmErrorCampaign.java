package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.util.List;
import java.util.Random;

/**
 * The JVM runs out of memory or stack in the n-th storage call of a kind, on whatever thread makes
 * it: no half state is read or committed, and what was acknowledged is there after a restart.
 */
final class JvmErrorCampaign implements Campaign {

  private static final List<StorageOperation> OPERATIONS =
      List.of(
          StorageOperation.WRITE,
          StorageOperation.SYNC,
          StorageOperation.CREATE,
          StorageOperation.PUBLISH,
          StorageOperation.READ,
          StorageOperation.OPEN,
          StorageOperation.SYNC_DIRECTORY,
          StorageOperation.DELETE);

  @Override
  public String name() {
    return "jvm-errors";
  }

  @Override
  public String promise() {
    return "OutOfMemoryError or StackOverflowError anywhere: no half state, nothing lost";
  }

  @Override
  public int rounds() {
    return 4_000;
  }

  @Override
  public int everydayRounds() {
    return 8;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    StorageOperation operation = OPERATIONS.get(round.index() % OPERATIONS.size());
    int nth = 1 + random.nextInt(60);
    boolean memory = random.nextBoolean();
    String moment = (memory ? "OutOfMemoryError" : "StackOverflowError") + " in " + operation;
    CrashStorage disk = new CrashStorage();
    FaultStorage storage = new FaultStorage(disk);
    storage
        .on(operation)
        .nth(nth)
        .runOnce(
            path -> {
              throw memory ? new OutOfMemoryError("injected") : new StackOverflowError("injected");
            });
    Ledger ledger = new Ledger();
    run(round, ledger, random, storage, moment);
    SurvivalMode mode = random.nextBoolean() ? SurvivalMode.NONE : SurvivalMode.ALL;
    CrashStorage survivor = disk.crash(mode, random.nextLong());
    ledger.checkSnapshots(survivor, round.table(), moment);
    try (FirnTable table = Workload.table(survivor, round.table()).open()) {
      ledger.recovered(table, moment);
    }
    ledger.checkSnapshots(survivor, round.table(), moment + ", opened and closed");
    Ledger.checkSound(survivor, round.table(), moment);
    return 1;
  }

  private static void run(
      Round round, Ledger ledger, Random random, FaultStorage storage, String moment) {
    FaultyWorkload workload = new FaultyWorkload(random, ledger);
    try (FirnTable table = Workload.table(storage, round.table()).open()) {
      for (int i = 0; i < 60; i++) {
        try {
          workload.step(table, i);
        } catch (OutOfMemoryError | StackOverflowError thrown) {
          ledger.checkPrefix(table, ledger.acknowledged(), moment + ", reading on");
          if (ledger.acknowledged() != ledger.attempted()) {
            // The write may be there or not: no later one tells which.
            return;
          }
        }
      }
    } catch (FirnException e) {
      if (e.getMessage() == null) {
        throw new AssertionError(moment + ": an error that says nothing", e);
      }
    } catch (OutOfMemoryError | StackOverflowError thrown) {
      if (!"injected".equals(thrown.getMessage())) {
        throw thrown;
      }
    }
  }
}
