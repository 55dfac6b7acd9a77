package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.storage.LocalStorage;

/**
 * Processes that write one table after another and are killed at random moments, also while they
 * open it. What each reported as acknowledged is there afterwards.
 */
final class KillCampaign implements Campaign {

  private static final int KILLS = 3;

  @Override
  public String name() {
    return "kill";
  }

  @Override
  public String promise() {
    return "kill -9 of a writing process, three times a table: nothing acknowledged lost";
  }

  @Override
  public int rounds() {
    return 700;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Victim victim =
        new Victim(
            round.table(), round.directory().resolve("errors.txt"), round.seed(), round.random());
    BatchSource batches = new BatchSource(round.seed());
    Ledger ledger = new Ledger();
    LocalStorage storage = new LocalStorage();
    for (int kill = 0; kill < KILLS; kill++) {
      String moment = "kill " + kill;
      // The kill comes at once, and what a process has acknowledged no kill takes back.
      Victim.Acknowledged reported =
          victim.run(ledger.batches(), ledger.attempted(), () -> Long.MAX_VALUE);
      ledger.attempt(batches, reported);
      ledger.checkSnapshots(storage, round.table(), moment);
      try (FirnTable table = KilledWriter.open(round.table())) {
        ledger.recovered(table, moment);
      }
      Ledger.checkSound(storage, round.table(), moment);
    }
    return KILLS;
  }
}
