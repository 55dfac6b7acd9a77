package io.firn.reliability;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.CompactionKind;
import io.firn.engine.TableVerifier;
import io.firn.engine.VerifyReport;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every kind of file of a table, its log and the writer's lock included, damaged in every way, a
 * slice of the places a round: {@code verify} finds each and names the file. Told as a notice, and
 * not as an error, is only what a crash may leave as well: the end of the log, an older hint.
 *
 * <p>Not looked for is damage to what nobody reads again: files that no snapshot names, log
 * segments that are in the table already, and what follows the last record of a segment that has a
 * successor.
 */
final class VerifyCampaign implements Campaign {

  private static final int SLICES = 1 << 15;

  private static final int COARSE_OF_FILE = 2;

  @Override
  public String name() {
    return "verify";
  }

  @Override
  public String promise() {
    return "any file damaged: verify finds it and names the file";
  }

  @Override
  public int rounds() {
    return 125;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Image image = image(round);
    Ledger.checkSound(image.with("", null), round.table(), "before any damage");
    Needed needed = needed(image, round);
    Random random = round.random();
    int slice = round.place(SLICES);
    Cases cases = new Cases();
    for (String path : image.files().keySet()) {
      if (!counts(image, path, needed)) {
        continue;
      }
      List<Damage> damages = new ArrayList<>(Damage.flips(image, path, slice, SLICES));
      damages.addAll(Damage.flipsBeyond(image, path, random));
      List<Damage> coarse = new ArrayList<>(Damage.coarse(image, path, random));
      while (coarse.size() > COARSE_OF_FILE) {
        coarse.remove(random.nextInt(coarse.size()));
      }
      damages.addAll(coarse);
      for (Damage damage : damages) {
        if (damage.changes(image) && !isUnknowable(image, damage)) {
          cases.run(damage.toString(), () -> check(round, image, damage));
        }
      }
    }
    return cases.tried();
  }

  /**
   * Several levels, vectors, manifests and snapshots, and two log segments; the second session may
   * have flushed what it found in the first of them.
   */
  private static Image image(Round round) throws Exception {
    Ledger ledger = new Ledger();
    Random random = new Random(round.seed());
    CrashStorage storage =
        Workload.killed(
            new CrashStorage(),
            round.table(),
            random,
            ledger,
            (workload, table) -> {
              for (int flush = 0; flush < 5; flush++) {
                for (int i = 0; i < 6; i++) {
                  workload.write(table, 8);
                }
                table.flush();
                if (flush == 2) {
                  table.compact(CompactionKind.FULL);
                }
              }
              workload.write(table, 8);
            });
    storage =
        Workload.killed(
            storage,
            round.table(),
            random,
            ledger,
            (workload, table) -> {
              for (int i = 0; i < 4; i++) {
                workload.write(table, 8);
              }
            });
    return Image.of(storage, round.table());
  }

  /** What the table's metadata names, and up to where the log is in these files. */
  private record Needed(Set<String> files, long flushedSequence) {}

  private static Needed needed(Image image, Round round) throws Exception {
    try (TableStore store =
        TableStore.open(TableLocation.ofPath(round.table()), image.with("", null))) {
      return new Needed(store.referencedFiles(), store.version().flushedSequence());
    }
  }

  private static boolean counts(Image image, String path, Needed needed) {
    if (path.endsWith(".wal")) {
      String next = segments(image).higher(path);
      return next == null
          || ByteBuffer.wrap(image.file(next)).getLong(40) > needed.flushedSequence() + 1;
    }
    return needed.files().contains(path)
        || path.endsWith("/version-hint.text")
        || path.endsWith("/LOCK")
        || path.endsWith("/wal/head");
  }

  private static NavigableSet<String> segments(Image image) {
    NavigableSet<String> segments = new TreeSet<>(image.files().keySet());
    segments.removeIf(path -> !path.endsWith(".wal"));
    return segments;
  }

  private static boolean isUnknowable(Image image, Damage damage) {
    boolean last = damage.path().equals(segments(image).last());
    return damage.content() == null
        ? damage.path().endsWith("/LOCK")
        : damage.path().endsWith(".wal")
            && !last
            && damage.content().length > image.file(damage.path()).length;
  }

  private static void check(Round round, Image image, Damage damage) throws Exception {
    String name = StoragePaths.name(damage.path());
    VerifyReport report =
        TableVerifier.verify(
            TableLocation.ofPath(round.table()),
            damage.in(image),
            TableVerifier.Depth.EVERYTHING,
            (done, total) -> {});
    // A segment that is gone shows by the one after it.
    String wanted = damage.content() == null && name.endsWith(".wal") ? ".wal" : name;
    if (report.findings().stream()
        .noneMatch(found -> found.file().endsWith(wanted) || found.what().contains(wanted))) {
      throw new AssertionError("verify does not name the file: " + report);
    }
    if (report.sound() && !mayBeACrash(name)) {
      throw new AssertionError("verify calls the table sound: " + report.findings());
    }
  }

  private static boolean mayBeACrash(String name) {
    return name.endsWith(".wal") || name.equals("version-hint.text") || name.equals("LOCK");
  }
}
