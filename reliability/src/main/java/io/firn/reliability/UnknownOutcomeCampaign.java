package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.Random;

/**
 * A commit whose answer is lost: the publication of a version fails before or after its effect, and
 * the looks that would find out what became of it fail too, some of them. No row twice, no live
 * file deleted, nothing acknowledged lost.
 */
final class UnknownOutcomeCampaign implements Campaign {

  private static final String LOST = "lost answer";
  private static final PathPattern VERSIONS = PathPattern.glob("**/metadata/v*.metadata.json");
  private static final PathPattern METADATA = PathPattern.glob("**/metadata");

  @Override
  public String name() {
    return "unknown";
  }

  @Override
  public String promise() {
    return "commit fails before or after its effect: no row twice, no live file deleted";
  }

  @Override
  public int rounds() {
    return 300;
  }

  @Override
  public int everydayRounds() {
    return 4;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    CrashStorage disk = new CrashStorage();
    FaultStorage storage = new FaultStorage(disk);
    int nth = 2 + random.nextInt(9);
    String moment = "publication " + nth + " fails";
    FaultStorage.Rule publication = storage.on(StorageOperation.PUBLISH, VERSIONS).nth(nth);
    switch (round.index() % 3) {
      case 0 -> publication.failOnce(UnknownOutcomeCampaign::lost);
      case 1 -> publication.failAfterEffect(UnknownOutcomeCampaign::lost);
      default ->
          storage
              .on(StorageOperation.SYNC_DIRECTORY, METADATA)
              .nth(2L * nth)
              .failOnce(UnknownOutcomeCampaign::lost);
    }
    StorageOperation look = random.nextBoolean() ? StorageOperation.EXISTS : StorageOperation.OPEN;
    if (random.nextBoolean()) {
      moment += ", and a later look, " + look;
      storage
          .on(StorageOperation.PUBLISH, VERSIONS)
          .nth(nth)
          .runOnce(
              path ->
                  storage
                      .on(look, VERSIONS)
                      .nth(1 + random.nextInt(3))
                      .failOnce(UnknownOutcomeCampaign::lost));
    }
    Ledger ledger = new Ledger();
    FaultyWorkload workload = new FaultyWorkload(random, ledger);
    try (FirnTable table = Workload.table(storage, round.table()).open()) {
      for (int step = 0; step < 60; step++) {
        workload.step(table, step);
      }
    } catch (FirnException e) {
      if (workload.failures() == 0 && !isOurs(e)) {
        throw new AssertionError(moment, e);
      }
    }
    storage.heal();
    SurvivalMode mode = random.nextBoolean() ? SurvivalMode.NONE : SurvivalMode.ALL;
    CrashStorage survivor = disk.crash(mode, random.nextLong());
    ledger.checkSnapshots(survivor, round.table(), moment);
    try (FirnTable table = Workload.table(survivor, round.table()).open()) {
      ledger.recovered(table, moment);
      table.put(Rows.row(1_000_000, 1));
      table.flush();
    }
    Ledger.checkSound(survivor, round.table(), moment);
    return 1;
  }

  private static IOException lost() {
    return new IOException(LOST);
  }

  /** Whether an error says, by itself or by its causes, that it comes from the answer lost. */
  private static boolean isOurs(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains(LOST)) {
        return true;
      }
    }
    return false;
  }
}
