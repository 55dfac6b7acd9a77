package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.util.Random;

/**
 * The machine dies at the n-th storage call that changes anything; five answers to what becomes of
 * what was not synced. Rounds go through the calls, for each call through the answers.
 */
final class CrashCampaign implements Campaign {

  private static final int SEEDS = 10;

  /** A little more than the calls of a whole run: the last crashes come after it. */
  private static final int CALLS = 640;

  @Override
  public String name() {
    return "crash";
  }

  @Override
  public String promise() {
    return "crash at the n-th storage call x what survives: acknowledged batches, whole, no holes";
  }

  @Override
  public int rounds() {
    return CALLS * SurvivalMode.values().length * SEEDS;
  }

  @Override
  public int everydayRounds() {
    return 12;
  }

  @Override
  public long run(Round round) throws Exception {
    SurvivalMode[] modes = SurvivalMode.values();
    SurvivalMode mode = modes[round.index() % modes.length];
    // Steps that share no factor with the number of calls: few rounds are spread over the run.
    long call = 1 + (round.index() / modes.length * 227L) % CALLS;
    Random random = round.random();
    CrashStorage storage = new CrashStorage();
    storage.crashAfterMutations(call);
    Ledger ledger = new Ledger();
    String moment = "crash at call " + call + ", " + mode + " survives";
    try {
      new Workload(storage, round.table(), random, ledger).run();
    } catch (FirnException e) {
      if (!storage.crashed()) {
        throw new AssertionError(moment + ": an error without a crash", e);
      }
    }
    CrashStorage survivor = storage.crash(mode, random.nextLong());
    ledger.checkSnapshots(survivor, round.table(), moment);
    Workload after = new Workload(survivor, round.table(), random, ledger);
    try (FirnTable table = after.open()) {
      ledger.recovered(table, moment);
      after.write(table);
      table.flush();
      ledger.checkNewest(table, moment + ", after a flush");
    }
    Ledger.checkSound(survivor, round.table(), moment);
    ledger.checkSnapshots(survivor, round.table(), moment + ", after a flush");
    return 1;
  }
}
