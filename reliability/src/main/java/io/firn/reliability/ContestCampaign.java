package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.error.FencedException;
import io.firn.error.FirnException;
import io.firn.error.LockedException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.LiveFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;

/**
 * Two writers of one table. On one machine the second one is refused. Where the lock cannot be seen
 * - another machine, a process that was paused - the newer epoch wins: the older writer gets a
 * typed error at its next commit, and never does a snapshot belong to both.
 */
final class ContestCampaign implements Campaign {

  /** Every so many rounds one needs processes of its own. */
  private static final int PROCESS_EVERY = 10;

  @Override
  public String name() {
    return "contest";
  }

  @Override
  public String promise() {
    return "two writers, in one process or two, paused or copied: one owner, the loser is told";
  }

  @Override
  public int rounds() {
    return 1_000;
  }

  @Override
  public int everydayRounds() {
    return 4;
  }

  @Override
  public long run(Round round) throws Exception {
    if (round.index() % PROCESS_EVERY == 0) {
      paused(round);
    } else if (round.index() % PROCESS_EVERY == 1) {
      copied(round);
    } else if (round.index() % PROCESS_EVERY == 2) {
      sameProcess(round);
    } else {
      otherMachine(round);
    }
    return 1;
  }

  /** The second opening is refused, the first writer does not notice. */
  private static void sameProcess(Round round) throws IOException {
    LocalStorage storage = new LocalStorage();
    Ledger ledger = new Ledger();
    Workload workload = new Workload(storage, round.table(), round.random(), ledger);
    try (FirnTable first = workload.open()) {
      for (int i = 0; i < 10; i++) {
        workload.write(first);
        refused(LockedException.class, () -> workload.open().close());
      }
      first.flush();
      ledger.checkNewest(first, "after refused openings");
    }
    ledger.checkSnapshots(storage, round.table(), "after refused openings");
  }

  /**
   * Writers whose locks do not see each other, as on two machines; the second one opens at a random
   * moment, and both go on in random order.
   */
  private static void otherMachine(Round round) throws IOException {
    Random random = round.random();
    CrashStorage storage = new CrashStorage();
    Ledger older = new Ledger();
    Map<String, Ledger> byEpoch = new TreeMap<>();
    try (FirnTable first =
        Workload.table(storage, round.table())
            .localDirectory(round.directory().resolve("one").toString())
            .open()) {
      contest(round, random, storage, first, older, byEpoch);
    } catch (FencedException lost) {
      // Closing repeats it.
      if (byEpoch.size() < 2) {
        throw lost;
      }
    }
    checkOwners(storage, round.table(), byEpoch);
    Ledger.checkSound(storage, round.table(), "after the contest");
  }

  private static void contest(
      Round round,
      Random random,
      Storage storage,
      FirnTable first,
      Ledger older,
      Map<String, Ledger> byEpoch)
      throws IOException {
    byEpoch.put("1", older);
    Contestant one = new Contestant(first, older, random);
    for (int i = random.nextInt(20); i >= 0; i--) {
      one.step();
    }
    try (FirnTable second =
        Workload.table(storage, round.table())
            .localDirectory(round.directory().resolve("two").toString())
            .open()) {
      Ledger newer = older.upTo(second.stats().sequence());
      byEpoch.put("2", newer);
      Contestant two = new Contestant(second, newer, random);
      for (int i = 0; i < 40; i++) {
        (random.nextBoolean() ? one : two).step();
      }
      if (two.lost()) {
        throw new AssertionError("The newer writer lost");
      }
      second.flush();
      one.flushUntilLost();
      newer.checkNewest(second, "the winner");
    }
  }

  /** Each snapshot is the state of the writer whose epoch it carries; epochs never go back. */
  private static void checkOwners(Storage storage, String directory, Map<String, Ledger> byEpoch)
      throws IOException {
    OutsideView view = OutsideView.of(storage, directory);
    List<Snapshot> snapshots = new ArrayList<>();
    view.snapshots().forEach(snapshots::add);
    snapshots.sort(Comparator.comparingLong(Snapshot::sequenceNumber));
    String before = "0";
    for (Snapshot snapshot : snapshots) {
      String epoch = String.valueOf(snapshot.summary().get("firn.epoch"));
      Ledger owner = byEpoch.get(epoch);
      if (owner == null) {
        throw new AssertionError("Epoch " + epoch + " belongs to nobody");
      }
      if (epoch.compareTo(before) < 0) {
        throw new AssertionError("Epoch " + epoch + " committed after epoch " + before);
      }
      before = epoch;
      NavigableMap<Long, Record> expected =
          owner.stateAt(Long.parseLong(snapshot.summary().get("firn.sequence")));
      if (!view.rows(snapshot.snapshotId()).equals(expected)) {
        throw new AssertionError(
            "Snapshot " + snapshot.snapshotId() + " is not the state of epoch " + epoch);
      }
    }
  }

  /** A writer in its own process is stopped; another machine takes over; it goes on. */
  private static void paused(Round round) throws Exception {
    LocalStorage storage = new LocalStorage();
    BatchSource batches = new BatchSource(round.seed());
    Ledger ledger = new Ledger();
    Path errors = round.directory().resolve("errors.txt");
    try (ChildProcess child =
        ChildProcess.start(
            KilledWriter.class,
            errors,
            List.of(round.table(), Long.toString(round.seed()), "0", "0"))) {
      int acknowledged = -1;
      while (acknowledged < 60) {
        String line = child.readLine();
        if (line == null) {
          throw new AssertionError("The writer ended: " + Files.readString(errors));
        }
        acknowledged = line.equals("open") ? acknowledged : KilledWriter.Report.parse(line).batch();
      }
      refused(LockedException.class, () -> KilledWriter.open(round.table()).close());
      child.signal("STOP");
      refused(LockedException.class, () -> KilledWriter.open(round.table()).close());
      try (FirnTable winner =
          Workload.table(storage, round.table())
              .localDirectory(round.directory().resolve("other").toString())
              .open()) {
        long found = winner.stats().sequence();
        for (int batch = 0; ledger.attempted() < found; batch++) {
          ledger.attempt(batches.batch(batch, ledger.attempted()));
        }
        ledger.checkPrefix(winner, 0, "taken over");
        child.signal("CONT");
        String line = child.readLine();
        while (line != null) {
          line = child.readLine();
        }
        if (child.waitFor() == 0 || !Files.readString(errors).contains("FencedException")) {
          throw new AssertionError("The paused writer was not fenced: " + Files.readString(errors));
        }
        winner.put(Rows.row(1_000_000, 1));
        winner.flush();
      }
    }
    Ledger.checkSound(storage, round.table(), "after the takeover");
  }

  /** A copied directory names the files of the place it was copied from. */
  private static void copied(Round round) throws IOException {
    LocalStorage storage = new LocalStorage();
    Ledger ledger = new Ledger();
    Workload workload = new Workload(storage, round.table(), round.random(), ledger);
    try (FirnTable table = workload.open()) {
      for (int i = 0; i < 10; i++) {
        workload.write(table);
      }
      table.flush();
      Path copy = round.directory().resolve("copy");
      LiveFiles.copy(Path.of(round.table()), copy);
      refused(
          UnsupportedFeatureException.class,
          () -> Workload.table(storage, copy.toString()).open().close());
      workload.write(table);
      table.compact(CompactionKind.FULL);
      ledger.checkNewest(table, "after the copy was refused");
    }
    ledger.checkSnapshots(storage, round.table(), "after the copy was refused");
  }

  private static void refused(Class<? extends FirnException> expected, Runnable opening) {
    try {
      opening.run();
    } catch (FirnException e) {
      if (expected.isInstance(e)) {
        return;
      }
      throw new AssertionError("Refused otherwise than by " + expected.getSimpleName(), e);
    }
    throw new AssertionError("A second writer was let in");
  }
}
