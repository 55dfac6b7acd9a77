package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.storage.LocalStorage;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

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
    Random random = round.random();
    BatchSource batches = new BatchSource(round.seed());
    Ledger ledger = new Ledger();
    LocalStorage storage = new LocalStorage();
    int next = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      String moment = "kill " + kill;
      int first = next;
      int acknowledged = killed(round, random, first, ledger.attempted());
      // The one batch that may have been written without a report.
      for (; next <= acknowledged + 1; next++) {
        ledger.attempt(batches.batch(next, ledger.attempted()));
        if (next <= acknowledged) {
          ledger.acknowledge();
        }
      }
      long before = ledger.attempted();
      try (FirnTable table = KilledWriter.open(round.table())) {
        ledger.recovered(table, moment);
        ledger.checkSnapshots(storage, round.table(), moment);
      }
      if (ledger.attempted() < before) {
        next--;
      }
      Ledger.checkSound(storage, round.table(), moment);
    }
    return KILLS;
  }

  /**
   * Runs a writer and kills it; returns the last batch it reported, or the one before the first.
   */
  private static int killed(Round round, Random random, int first, long sequence) throws Exception {
    int acknowledged = first - 1;
    try (ChildProcess writer =
        ChildProcess.start(
            KilledWriter.class,
            round.directory().resolve("errors.txt"),
            List.of(
                round.table(),
                Long.toString(round.seed()),
                Integer.toString(first),
                Long.toString(sequence)))) {
      boolean whileOpening = random.nextInt(5) == 0;
      long millis = random.nextInt(whileOpening ? 1_500 : 700);
      CountDownLatch begun = new CountDownLatch(1);
      Thread killer =
          new Thread(
              () -> {
                try {
                  if (!whileOpening) {
                    begun.await();
                  }
                  writer.killAfter(millis);
                } catch (InterruptedException e) {
                  writer.kill();
                }
              });
      killer.start();
      boolean opened = false;
      for (String line = writer.readLine(); line != null; line = writer.readLine()) {
        if (line.equals("open")) {
          opened = true;
          begun.countDown();
        } else {
          acknowledged = Integer.parseInt(line);
        }
      }
      begun.countDown();
      killer.join();
      if (!opened && !whileOpening) {
        throw new AssertionError(
            "The writer did not start: "
                + Files.readString(round.directory().resolve("errors.txt")));
      }
    }
    return acknowledged;
  }
}
