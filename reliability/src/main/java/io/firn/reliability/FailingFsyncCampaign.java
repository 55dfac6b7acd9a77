package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.storage.LocalStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A real fsync that fails: an ext4 image lies on a tmpfs that is too small for it, so that what the
 * file system has taken cannot be written. It is the log's, or another file's, after which ext4
 * takes no more writes and the log fails by that. Whoever lost durability is told, no fsync of the
 * same file is tried again, reads go on; on a larger tmpfs everything acknowledged is there. Needs
 * root and a loop device; says so, and fails, where it cannot run.
 */
final class FailingFsyncCampaign implements Campaign {

  private static final int STEPS_MAX = 5_000;

  /** So many steps after the first write that was refused for good: so are they. */
  private static final int STEPS_AFTER = 20;

  @Override
  public String name() {
    return "failing-fsync";
  }

  @Override
  public String promise() {
    return "a real fsync fails (root): told, not tried again, reads go on, nothing lost";
  }

  @Override
  public int rounds() {
    return 100;
  }

  /** None: it needs root. */
  @Override
  public int everydayRounds() {
    return 0;
  }

  @Override
  public long run(Round round) throws Exception {
    Path small = Files.createDirectory(round.directory().resolve("small"));
    Path disk = Files.createDirectory(round.directory().resolve("disk"));
    Path image = small.resolve("image");
    RootCommands commands = new RootCommands("A failing fsync", round.directory());
    String ignored =
        commands.run("mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", small.toString());
    try {
      ignored = commands.run("truncate", "-s", "64M", image.toString());
      ignored =
          commands.run(
              "mkfs.ext4",
              "-q",
              "-J",
              "size=4",
              "-E",
              "lazy_itable_init=0,lazy_journal_init=0,nodiscard",
              image.toString());
      commands.mount(image, disk);
      try {
        return fail(round, commands, small, image, disk) ? 1 : 0;
      } finally {
        commands.unmount(disk);
      }
    } finally {
      commands.unmount(small);
    }
  }

  /** False if ext4 noticed by itself, before any fsync: no case, though nothing may be lost. */
  private static boolean fail(Round round, RootCommands commands, Path small, Path image, Path disk)
      throws Exception {
    Random random = round.random();
    String directory = disk.resolve("table").toString();
    SyncRecorder storage = new SyncRecorder(new LocalStorage());
    Ledger ledger = new Ledger();
    FaultyWorkload workload = new FaultyWorkload(random, ledger);
    try (FirnTable table = Workload.table(storage, directory).open()) {
      for (int step = 0; step < 5; step++) {
        workload.step(table, step);
      }
      resize(commands, small, used(commands, small) + random.nextInt(1_000));
      int step = 5;
      while (!workload.refused() && step < STEPS_MAX) {
        workload.step(table, step++);
      }
      long acknowledged = ledger.acknowledged();
      for (int after = 0; after < STEPS_AFTER; after++) {
        workload.step(table, step++);
      }
      if (ledger.acknowledged() > acknowledged) {
        throw new AssertionError("Acknowledged after writes were refused for good");
      }
      ledger.checkPrefix(table, acknowledged, "reading after a failed fsync");
    } catch (FirnException e) {
      // The log that failed says so again when it is closed.
      if (!workload.refused()) {
        throw e;
      }
    }
    if (!workload.refused()) {
      throw new AssertionError("Writes go on although fsync fails: " + storage.failed());
    }
    if (!storage.triedAgain().isEmpty()) {
      throw new AssertionError("Tried again after a failed fsync: " + storage.triedAgain());
    }
    commands.unmount(disk);
    resize(commands, small, 100 << 10);
    commands.mount(image, disk);
    LocalStorage healed = new LocalStorage();
    ledger.checkSnapshots(healed, directory, "after a failed fsync");
    try (FirnTable table = Workload.table(healed, directory).open()) {
      ledger.recovered(table, "after a failed fsync");
      table.put(Rows.row(1_000_000, 1));
      table.flush();
    }
    Ledger.checkSound(healed, directory, "after a failed fsync");
    return !storage.failed().isEmpty();
  }

  private static int used(RootCommands commands, Path small) throws Exception {
    String[] lines = commands.run("df", "-k", "--output=used", small.toString()).split("\n", -1);
    return Integer.parseInt(lines[lines.length - 1].strip());
  }

  private static void resize(RootCommands commands, Path small, int kilobytes) throws Exception {
    String ignored =
        commands.run("mount", "-o", "remount,size=" + kilobytes + "k", small.toString());
  }
}
