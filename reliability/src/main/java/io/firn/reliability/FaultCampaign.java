package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import io.firn.testkit.TrackingStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The n-th storage call of a kind fails, in every way it can: whoever lost durability is told, no
 * fsync is tried again, reads go on, and after a power cut everything acknowledged is there. Rounds
 * go through all calls and ways, and then once more with other errors and seeds.
 */
final class FaultCampaign implements Campaign {

  private static final int PASSES = 2;

  /** The kinds whose failure leaves something behind or not. */
  private static final List<StorageOperation> CHANGES =
      List.of(
          StorageOperation.WRITE,
          StorageOperation.SYNC,
          StorageOperation.SYNC_DIRECTORY,
          StorageOperation.CREATE,
          StorageOperation.PUBLISH,
          StorageOperation.REPLACE,
          StorageOperation.DELETE,
          StorageOperation.CREATE_DIRECTORIES,
          StorageOperation.CLOSE_OUTPUT);

  private static final List<StorageOperation> LOOKS =
      List.of(
          StorageOperation.READ,
          StorageOperation.OPEN,
          StorageOperation.LIST,
          StorageOperation.LENGTH,
          StorageOperation.EXISTS);

  private static final List<String> ERRORS =
      List.of(
          "Input/output error",
          "Too many open files",
          "No space left on device",
          "Permission denied");

  private enum Way {
    ONCE,
    FOR_GOOD,
    AFTER_ITS_EFFECT,
    SHORT
  }

  /**
   * @param turn chooses the error; neighbours get different ones
   */
  private record Strike(WorkloadCall call, Way way, int turn) {

    FaultStorage.Fault on(FaultStorage storage, String error, Random random) {
      FaultStorage.Rule rule = storage.on(call.operation()).nth(call.nth());
      return switch (way) {
        case ONCE -> rule.failOnce(() -> new IOException(error));
        case FOR_GOOD -> rule.failForGood(() -> new IOException(error));
        case AFTER_ITS_EFFECT -> rule.failAfterEffect(() -> new IOException(error));
        case SHORT -> rule.writeOnly(random.nextInt(40));
      };
    }
  }

  private static final List<Strike> STRIKES = strikes();

  private static List<Strike> strikes() {
    List<Strike> strikes = new ArrayList<>();
    for (WorkloadCall call : WorkloadCall.of(CHANGES)) {
      strikes.add(new Strike(call, Way.ONCE, call.nth()));
      strikes.add(new Strike(call, Way.FOR_GOOD, call.nth() + 1));
      strikes.add(new Strike(call, Way.AFTER_ITS_EFFECT, call.nth() + 2));
      if (call.operation() == StorageOperation.WRITE) {
        strikes.add(new Strike(call, Way.SHORT, call.nth()));
      }
    }
    for (WorkloadCall call : WorkloadCall.of(LOOKS)) {
      strikes.add(new Strike(call, Way.ONCE, call.nth()));
      strikes.add(new Strike(call, Way.FOR_GOOD, call.nth() + 1));
    }
    return strikes;
  }

  @Override
  public String name() {
    return "faults";
  }

  @Override
  public String promise() {
    return "I/O error at every n-th call, once or for good: told, reads go on, nothing lost";
  }

  @Override
  public int rounds() {
    return STRIKES.size() * PASSES;
  }

  @Override
  public int everydayRounds() {
    return 10;
  }

  /** No case if the run ended before the call: compactions and sweeps make more or fewer. */
  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    Strike strike = STRIKES.get(round.place(STRIKES.size()));
    int turn = strike.turn() + round.pass(STRIKES.size());
    String error = ERRORS.get(turn % ERRORS.size());
    String moment = strike.call() + " fails, " + strike.way() + ": " + error;
    CrashStorage disk = new CrashStorage();
    FaultStorage faults = new FaultStorage(disk);
    FaultStorage.Fault fault = strike.on(faults, error, random);
    TrackingStorage tracked = new TrackingStorage(faults);
    SyncRecorder storage = new SyncRecorder(tracked);
    Ledger ledger = new Ledger();
    run(round, ledger, random, storage, moment);
    if (fault.fired() == 0) {
      return 0;
    }
    if (!storage.triedAgain().isEmpty()) {
      throw new AssertionError(moment + ": synced again: " + storage.triedAgain());
    }
    assertAllClosed(tracked, moment);
    CrashStorage survivor = disk.crash(SurvivalMode.NONE, random.nextLong());
    new Workload(survivor, round.table(), random, ledger).goOn(moment);
    Ledger.checkSound(survivor, round.table(), moment);
    return 1;
  }

  /** A table that is closed, or could not be opened, holds neither a file nor the lock. */
  private static void assertAllClosed(TrackingStorage tracked, String moment) {
    try {
      tracked.assertAllClosed();
    } catch (AssertionError e) {
      throw new AssertionError(moment + ": " + e.getMessage(), e);
    }
  }

  private static void run(
      Round round, Ledger ledger, Random random, Storage storage, String moment) {
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
