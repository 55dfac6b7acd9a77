package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copy-on-write images of a running disk: while a process writes a table on an ext4 whose image
 * lies on XFS, that image is cloned again and again, each time the disk as a power cut at that
 * moment would have left it. Every clone is mounted, opened and verified, and the writer never
 * notices. It has the disk mounted in a mount namespace of its own, so that a clone can be mounted
 * under the same path. Needs root and a loop device; says so, and fails, where it cannot run.
 */
final class DiskImageCampaign implements Campaign {

  private static final int IMAGES = 25;

  /** How far the reports of the writer may lag behind what it has attempted. */
  private static final int UNREPORTED_BATCHES = 1_000;

  private static final String MOUNT_AND_RUN =
      "mount -o loop \"$1\" \"$2\" && shift 2 && exec \"$@\"";

  @Override
  public String name() {
    return "disk-images";
  }

  @Override
  public String promise() {
    return "images of a running disk (root): each has everything acknowledged before it was taken";
  }

  @Override
  public int rounds() {
    return 20;
  }

  /** None: it needs root. */
  @Override
  public int everydayRounds() {
    return 0;
  }

  @Override
  public long run(Round round) throws Exception {
    RootCommands commands = new RootCommands("An image of a running disk", round.directory());
    Path outer = Files.createDirectory(round.directory().resolve("outer"));
    Path disk = Files.createDirectory(round.directory().resolve("disk"));
    Path outerImage = round.directory().resolve("outer.image");
    String ignored = commands.run("truncate", "-s", "900M", outerImage.toString());
    ignored = commands.run("mkfs.xfs", "-q", "-m", "reflink=1", outerImage.toString());
    commands.mount(outerImage, outer);
    try {
      Path image = outer.resolve("image");
      ignored = commands.run("truncate", "-s", "200M", image.toString());
      ignored = commands.run("mkfs.ext4", "-q", image.toString());
      write(round, commands, image, disk);
    } finally {
      commands.unmount(outer);
    }
    return IMAGES;
  }

  private static void write(Round round, RootCommands commands, Path image, Path disk)
      throws Exception {
    Path errors = round.directory().resolve("errors.txt");
    String table = disk.resolve("table").toString();
    AtomicInteger acknowledged = new AtomicInteger(-1);
    AtomicReference<@Nullable Exception> ended = new AtomicReference<>();
    try (ChildProcess writer =
        ChildProcess.start(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                MOUNT_AND_RUN,
                "sh",
                image.toString(),
                disk.toString()),
            KilledWriter.class,
            errors,
            List.of(table, Long.toString(round.seed()), "0", "0"))) {
      if (!"open".equals(writer.readLine())) {
        throw new IOException("The writer did not start: " + Files.readString(errors));
      }
      Thread reports =
          new Thread(
              () -> {
                try {
                  String line = writer.readLine();
                  while (line != null) {
                    acknowledged.set(KilledWriter.Report.parse(line).batch());
                    line = writer.readLine();
                  }
                } catch (IOException | RuntimeException e) {
                  ended.set(e);
                }
              },
              "reports");
      reports.start();
      Random random = round.random();
      for (int i = 0; i < IMAGES; i++) {
        if (writer.endsWithin(random.nextInt(400))) {
          throw new AssertionError("The writer ended by itself: " + Files.readString(errors));
        }
        Ledger ledger = cloned(round, commands, image, acknowledged);
        // What it would write meanwhile is in no image.
        writer.signal("STOP");
        check(commands, image, disk, ledger, "image " + i);
        writer.signal("CONT");
      }
      writer.kill();
      reports.join();
    }
    Exception failure = ended.get();
    if (failure != null) {
      throw failure;
    }
  }

  private static Path cloneOf(Path image) {
    return image.resolveSibling("clone");
  }

  /** Clones the disk, and tells what must be on it. */
  private static Ledger cloned(
      Round round, RootCommands commands, Path image, AtomicInteger acknowledged) throws Exception {
    int before = acknowledged.get();
    String ignored =
        commands.run("cp", "--reflink=always", image.toString(), cloneOf(image).toString());
    int after = acknowledged.get();
    Ledger ledger = new Ledger();
    BatchSource batches = new BatchSource(round.seed());
    for (int batch = 0; batch <= after + UNREPORTED_BATCHES; batch++) {
      ledger.attempt(batches.batch(batch, ledger.attempted()));
      if (batch == before) {
        ledger.acknowledge();
      }
    }
    return ledger;
  }

  private static void check(
      RootCommands commands, Path image, Path disk, Ledger ledger, String moment) throws Exception {
    Path clone = cloneOf(image);
    commands.mount(clone, disk);
    try {
      String table = disk.resolve("table").toString();
      LocalStorage storage = new LocalStorage();
      ledger.checkSnapshots(storage, table, moment);
      try (FirnTable opened = KilledWriter.open(table)) {
        ledger.recovered(opened, moment);
      }
      Ledger.checkSound(storage, table, moment);
    } finally {
      commands.unmount(disk);
    }
    Files.delete(clone);
  }
}
