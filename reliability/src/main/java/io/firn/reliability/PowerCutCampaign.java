package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.storage.LocalStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A real file system on a loop device, shut down under a writer as if the power had been cut: what
 * is in the journal's and the page cache's memory is gone. The writer ends by the errors it gets,
 * and leaves no file open. Mounted again, the table has everything acknowledged. Needs root, a loop
 * device, {@code mkfs} for the file system, and Python for the one system call that Java lacks;
 * says so, and fails, where it cannot run.
 */
final class PowerCutCampaign implements Campaign {

  private static final int CUTS = 3;

  /**
   * The ioctl that both file systems have, and its flag to flush nothing; tells the time before it.
   * An fsync under way at that moment may succeed although its bytes are lost, which no power cut
   * does: the kernel aborts the journal under it. Any program that syncs one file sees that.
   */
  private static final String SHUTDOWN =
      "import fcntl,os,struct,sys,time;"
          + "print(time.monotonic_ns(),flush=True);"
          + "fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";

  private final String fileSystem;

  PowerCutCampaign(String fileSystem) {
    this.fileSystem = fileSystem;
  }

  @Override
  public String name() {
    return "power-cut-" + fileSystem;
  }

  @Override
  public String promise() {
    return "power cut under a writer on a loop-mounted " + fileSystem + " (root): nothing lost";
  }

  @Override
  public int rounds() {
    return 170;
  }

  /** None: it needs root. */
  @Override
  public int everydayRounds() {
    return 0;
  }

  @Override
  public long run(Round round) throws Exception {
    Path image = round.directory().resolve("image");
    Path disk = Files.createDirectory(round.directory().resolve("disk"));
    RootCommands commands = new RootCommands("A power cut", round.directory());
    String ignored = commands.run("truncate", "-s", "320M", image.toString());
    ignored = commands.run("mkfs." + fileSystem, "-q", image.toString());
    commands.mount(image, disk);
    try {
      cut(round, commands, image, disk);
    } finally {
      commands.unmount(disk);
    }
    return CUTS;
  }

  private static void cut(Round round, RootCommands commands, Path image, Path disk)
      throws Exception {
    String table = disk.resolve("table").toString();
    BatchSource batches = new BatchSource(round.seed());
    Ledger ledger = new Ledger();
    LocalStorage storage = new LocalStorage();
    Random random = round.random();
    for (int cut = 0; cut < CUTS; cut++) {
      String moment = "power cut " + cut;
      ledger.attempt(
          batches,
          CutWriter.run(
              table,
              batches,
              ledger,
              random,
              () -> Long.parseLong(commands.run("python3", "-c", SHUTDOWN, disk.toString()))));
      commands.unmount(disk);
      commands.mount(image, disk);
      ledger.checkSnapshots(storage, table, moment);
      try (FirnTable opened = KilledWriter.open(table)) {
        ledger.recovered(opened, moment);
      }
      Ledger.checkSound(storage, table, moment);
    }
  }
}
