package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.SurvivalMode;
import java.time.Duration;
import java.util.Random;

/**
 * The disk is full at a random byte, and later has room again: nothing acknowledged is lost, and
 * writing goes on without opening the table again.
 */
final class FullDiskCampaign implements Campaign {

  private static final long RESUME_NANOS_MAX = Duration.ofMinutes(2).toNanos();

  @Override
  public String name() {
    return "full-disk";
  }

  @Override
  public String promise() {
    return "disk full at a random byte, then freed: nothing lost, writing resumes by itself";
  }

  @Override
  public int rounds() {
    return 50;
  }

  @Override
  public int everydayRounds() {
    return 3;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    CrashStorage disk = new CrashStorage();
    FaultStorage storage = new FaultStorage(disk);
    Ledger ledger = new Ledger();
    FaultyWorkload workload = new FaultyWorkload(random, ledger);
    String moment = "disk full";
    // In every other round rows that were looked up are on the disk as well, and have to go.
    boolean keepsRows = random.nextBoolean();
    FirnTable table =
        Workload.table(storage, round.table())
            .option("page-cache-bytes-max", keepsRows ? "0" : "1mb")
            .open();
    try (table) {
      int step = 0;
      if (keepsRows) {
        while (step < 20) {
          workload.step(table, step++);
        }
        lookUp(table);
        requireRows(table, true);
      }
      storage.fullDiskAfter(random.nextInt(200_000));
      int refused = 1 + random.nextInt(8);
      while (step < 60 || (workload.failures() < refused && step < 3_000)) {
        workload.step(table, step++);
      }
      requireRows(table, false);
      storage.heal();
      resume(workload, table, ledger);
      for (int i = 0; i < 20; i++) {
        workload.write(table);
      }
      ledger.checkNewest(table, moment + ", room again");
      table.flush();
      ledger.checkNewest(table, moment + ", room again, flushed");
      workload.write(table);
    }
    // Not before: a table that is open may expire and sweep what an outside reader is about to
    // open.
    ledger.checkSnapshots(disk, round.table(), moment);
    CrashStorage survivor = disk.crash(SurvivalMode.NONE, random.nextLong());
    try (FirnTable reopened = Workload.table(survivor, round.table()).open()) {
      ledger.recovered(reopened, moment);
    }
    Ledger.checkSound(survivor, round.table(), moment);
    return 1;
  }

  private static void lookUp(FirnTable table) {
    for (int look = 0; look < 3; look++) {
      for (long key = 0; key < Workload.KEYS; key++) {
        boolean ignored = table.get(key).isPresent();
      }
    }
  }

  private static void requireRows(FirnTable table, boolean some) {
    long bytes = table.stats().pageCacheDiskBytes();
    if (bytes > 0 != some) {
      throw new AssertionError("The disk has " + bytes + " bytes of rows for lookups");
    }
  }

  private static void resume(FaultyWorkload workload, FirnTable table, Ledger ledger) {
    long start = System.nanoTime();
    while (true) {
      try {
        workload.write(table);
        return;
      } catch (FirnException e) {
        if (System.nanoTime() - start > RESUME_NANOS_MAX) {
          throw new AssertionError(
              "Writing does not resume; acknowledged up to "
                  + ledger.acknowledged()
                  + ": "
                  + table.stats()
                  + ", "
                  + table.health(),
              e);
        }
      }
    }
  }
}
