package io.firn.reliability;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;

/**
 * Every kind of file of a table but the log, damaged: of one file of each kind every bit flipped up
 * to 32 KiB, a slice of them a round, and of a large data file random ones beyond; any file cut,
 * extended, zeroed, deleted, replaced by another of its kind. What is read is what was written, or
 * an error of Firn's own that names the file. Which file stands for its kind follows from the seed.
 */
final class FileDamageCampaign implements Campaign {

  private static final int SLICES = 1_024;
  private static final int COARSE_CASES = 40;
  private static final int LARGE_ROWS = 4_000;

  private final SharedFixture<Original> small = new SharedFixture<>(FileDamageCampaign::small);
  private final SharedFixture<Original> large = new SharedFixture<>(FileDamageCampaign::large);

  @Override
  public String name() {
    return "file-damage";
  }

  @Override
  public String promise() {
    return "any file damaged: what is read is what was written, or an error that names the file";
  }

  @Override
  public int rounds() {
    return SLICES;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Cases cases = new Cases();
    Random random = round.random();
    Original original = small.of(round);
    Image image = original.image();
    int slice = Math.floorMod(round.index(), SLICES);
    for (String path : oneOfEachKind(image, new Random(round.campaignSeed()))) {
      for (Damage flip : Damage.flips(image, path, slice, SLICES)) {
        cases.run(flip.toString(), () -> check(original, flip));
      }
    }
    List<String> paths = new ArrayList<>(image.files().keySet());
    for (int i = 0; i < COARSE_CASES; i++) {
      List<Damage> coarse = Damage.coarse(image, paths.get(random.nextInt(paths.size())), random);
      Damage damage = coarse.get(random.nextInt(coarse.size()));
      cases.run(damage.toString(), () -> check(original, damage));
    }
    Original more = large.of(round);
    for (String path : more.image().files().keySet()) {
      for (Damage flip : Damage.flipsBeyond(more.image(), path, random)) {
        cases.run(flip.toString(), () -> check(more, flip));
      }
    }
    return cases.tried();
  }

  /** Data files of each level are a kind. */
  private static Collection<String> oneOfEachKind(Image image, Random random) {
    Map<String, List<String>> byKind = new TreeMap<>();
    for (String path : image.files().keySet()) {
      String name = StoragePaths.name(path);
      String kind = Damage.kind(path) + (name.endsWith(".parquet") ? name.substring(0, 2) : "");
      byKind.computeIfAbsent(kind, ignored -> new ArrayList<>()).add(path);
    }
    return byKind.values().stream().map(paths -> paths.get(random.nextInt(paths.size()))).toList();
  }

  /** A table with a data file of more than 32 KiB. */
  private static Original large(long seed) throws Exception {
    Random random = new Random(seed);
    CrashStorage storage = new CrashStorage();
    Ledger ledger = new Ledger();
    List<Ledger.Change> rows = new ArrayList<>();
    for (long id = 0; id < LARGE_ROWS; id++) {
      rows.add(new Ledger.Change(id, Optional.of(Rows.row(id, random.nextLong() >>> 1))));
    }
    try (FirnTable table = Workload.table(storage, Original.TABLE).open()) {
      table.write(ledger.attempt(table, rows));
      table.flush();
    }
    return Original.of(storage, ledger);
  }

  /** Files of two levels with deletion vectors, several manifests and snapshots. */
  private static Original small(long seed) throws Exception {
    CrashStorage storage = new CrashStorage();
    Ledger ledger = new Ledger();
    Workload workload = new Workload(storage, Original.TABLE, new Random(seed), ledger);
    try (FirnTable table = workload.open()) {
      for (int flush = 0; flush < 5; flush++) {
        for (int i = 0; i < 6; i++) {
          workload.write(table, 8);
        }
        table.flush();
        if (flush == 2) {
          table.compact(CompactionKind.FULL);
        }
      }
    }
    return Original.of(storage, ledger);
  }

  private static void check(Original original, Damage damage) throws IOException {
    String moment = damage.toString();
    CrashStorage storage = damage.in(original.image());
    try {
      readAll(storage, original.ledger(), moment);
      if (moment.hashCode() % 16 == 0) {
        writeMore(storage, original.ledger(), moment);
      }
    } catch (FirnException e) {
      if (!names(e, damage.path())) {
        throw new AssertionError("the error does not name the file: " + e, e);
      }
    }
  }

  private static void readAll(CrashStorage storage, Ledger ledger, String moment) {
    try (FirnTable table = Workload.table(storage, Original.TABLE).openReadOnly()) {
      ledger.checkNewest(table, moment);
      for (SnapshotInfo snapshot : table.snapshots()) {
        List<Record> rows = Rows.all(table.scan().asOf(snapshot.snapshotId()).records());
        long sequence = snapshot.sequence().orElse(-1);
        if (!rows.equals(List.copyOf(ledger.stateAt(sequence).values()))) {
          throw new AssertionError(moment + ": wrong rows at operation " + sequence);
        }
      }
      for (long key = 0; key < Workload.KEYS; key += 7) {
        if (!table.get(key).equals(Optional.ofNullable(ledger.state().get(key)))) {
          throw new AssertionError(moment + ": wrong row of key " + key);
        }
      }
    }
  }

  private static void writeMore(CrashStorage storage, Ledger ledger, String moment) {
    try (FirnTable table = Workload.table(storage, Original.TABLE).open()) {
      ledger.checkNewest(table, moment + ", open for writing");
      table.put(Rows.row(1_000_000, 1));
      table.flush();
      table.delete(1_000_000L);
      table.flush();
      table.compact(CompactionKind.FULL);
      ledger.checkNewest(table, moment + ", after writes");
    }
  }

  private static boolean names(Throwable error, String path) {
    String name = StoragePaths.name(path);
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(name)) {
        return true;
      }
    }
    return false;
  }
}
