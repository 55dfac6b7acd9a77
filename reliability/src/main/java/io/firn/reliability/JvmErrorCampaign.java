package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The JVM runs out of memory or stack in the n-th storage call of a kind, on whatever thread makes
 * it: no half state is read or committed, and what was acknowledged is there after a restart.
 * Rounds go through the calls and the two errors; the cases of each are a power cut and a killed
 * process.
 */
final class JvmErrorCampaign implements Campaign {

  private static final List<StorageOperation> OPERATIONS =
      List.of(
          StorageOperation.WRITE,
          StorageOperation.SYNC,
          StorageOperation.CREATE,
          StorageOperation.PUBLISH,
          StorageOperation.REPLACE,
          StorageOperation.READ,
          StorageOperation.OPEN,
          StorageOperation.SYNC_DIRECTORY,
          StorageOperation.DELETE);

  private record Strike(WorkloadCall call, Supplier<? extends VirtualMachineError> error) {}

  private static final List<Strike> STRIKES =
      WorkloadCall.of(OPERATIONS).stream()
          .flatMap(
              call ->
                  Stream.of(
                      new Strike(call, () -> new OutOfMemoryError("injected")),
                      new Strike(call, () -> new StackOverflowError("injected"))))
          .toList();

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
    return STRIKES.size();
  }

  @Override
  public int everydayRounds() {
    return 8;
  }

  /** No case if the run ended before the call: compactions and sweeps make more or fewer. */
  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    Strike strike = STRIKES.get(round.place(STRIKES.size()));
    String moment = strike.error().get().getClass().getSimpleName() + " in " + strike.call();
    CrashStorage disk = new CrashStorage();
    FaultStorage storage = new FaultStorage(disk);
    FaultStorage.Fault fault =
        storage
            .on(strike.call().operation())
            .nth(strike.call().nth())
            .runOnce(
                path -> {
                  throw strike.error().get();
                });
    Ledger ledger = new Ledger();
    run(round, ledger, random, storage, moment);
    if (fault.fired() == 0) {
      return 0;
    }
    Cases cases = new Cases();
    for (SurvivalMode mode : List.of(SurvivalMode.NONE, SurvivalMode.ALL)) {
      String survives = moment + ", " + mode + " survives";
      CrashStorage survivor = disk.crash(mode, random.nextLong());
      cases.run(survives, () -> restart(survivor, round.table(), ledger.copy(), survives));
    }
    return cases.tried();
  }

  private static void restart(CrashStorage survivor, String directory, Ledger ledger, String moment)
      throws Exception {
    ledger.checkSnapshots(survivor, directory, moment);
    try (FirnTable table = Workload.table(survivor, directory).open()) {
      ledger.recovered(table, moment);
    }
    ledger.checkSnapshots(survivor, directory, moment + ", opened and closed");
    Ledger.checkSound(survivor, directory, moment);
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
