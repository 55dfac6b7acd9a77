package io.firn.reliability;

import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.SurvivalMode;
import java.util.Random;

/**
 * The machine dies at the n-th storage call that changes anything; a round is one such death, and
 * its cases are the five answers to what becomes of what was not synced. All are read, by Firn and
 * by Iceberg, and written to; one, whichever, is verified and read by Iceberg once more. Rounds go
 * through the calls, ten times with other seeds.
 */
final class CrashCampaign implements Campaign {

  private static final int SEEDS = 10;

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
    return WorkloadCall.CHANGES * SEEDS;
  }

  @Override
  public int everydayRounds() {
    return 6;
  }

  @Override
  public long run(Round round) throws Exception {
    int call = 1 + round.place(WorkloadCall.CHANGES);
    Random random = round.random();
    CrashStorage storage = new CrashStorage();
    storage.crashAfterMutations(call);
    Ledger ledger = new Ledger();
    String moment = "crash at call " + call;
    try {
      new Workload(storage, round.table(), random, ledger).run();
    } catch (FirnException e) {
      if (!storage.crashed()) {
        throw new AssertionError(moment + ": an error without a crash", e);
      }
    }
    SurvivalMode[] modes = SurvivalMode.values();
    SurvivalMode verified = modes[random.nextInt(modes.length)];
    Cases cases = new Cases();
    for (SurvivalMode mode : modes) {
      String survives = moment + ", " + mode + " survives";
      Random after = new Random(random.nextLong());
      cases.run(
          survives,
          () -> {
            CrashStorage survivor = storage.crash(mode, after.nextLong());
            Ledger own = ledger.copy();
            new Workload(survivor, round.table(), after, own).goOn(survives);
            if (mode == verified) {
              Ledger.checkSound(survivor, round.table(), survives);
              own.checkSnapshots(survivor, round.table(), survives + ", after a flush");
            }
          });
    }
    return cases.tried();
  }
}
