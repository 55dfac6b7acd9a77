package io.firn.reliability;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.iceberg.data.Record;

/**
 * Every kind of file of a table but the log, damaged: every bit flipped up to 32 KiB and random
 * ones beyond, a slice of the places a round; cut, extended, zeroed, deleted, replaced by another
 * file of its kind. What is read is what was written, or an error of Firn's own that names the
 * file.
 */
final class FileDamageCampaign implements Campaign {

  private static final int SLICES = 4096;
  private static final int EXHAUSTIVE_BYTES = 32 << 10;
  private static final int COARSE_CASES = 40;

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
    Ledger ledger = new Ledger();
    Image image = image(round, ledger);
    Random random = round.random();
    DamagedTables tables = new DamagedTables(image);
    for (String path : image.files().keySet()) {
      DamagedTables.Check check = (storage, moment) -> check(storage, round, ledger, path, moment);
      int beyond = image.file(path).length - EXHAUSTIVE_BYTES;
      int exhaustive = Math.min(image.file(path).length, EXHAUSTIVE_BYTES) * 8;
      for (int bit = round.index() % SLICES; bit < exhaustive; bit += SLICES) {
        tables.flipped(path, bit, check);
      }
      for (int i = 0; i < Math.min(200, beyond / 64); i++) {
        tables.flipped(path, (EXHAUSTIVE_BYTES + random.nextInt(beyond)) * 8, check);
      }
    }
    List<String> paths = new ArrayList<>(image.files().keySet());
    for (int i = 0; i < COARSE_CASES; i++) {
      String path = paths.get(random.nextInt(paths.size()));
      coarse(
          tables, path, random, (storage, moment) -> check(storage, round, ledger, path, moment));
    }
    return tables.cases().tried();
  }

  /**
   * Files of two levels with deletion vectors, several manifests and snapshots, the same for all
   * rounds of a campaign.
   */
  private static Image image(Round round, Ledger ledger) throws Exception {
    CrashStorage storage = new CrashStorage();
    Workload workload =
        new Workload(storage, round.table(), new Random(round.campaignSeed()), ledger);
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
    return Image.of(storage, round.table());
  }

  private static void coarse(
      DamagedTables tables, String path, Random random, DamagedTables.Check check) {
    Image image = tables.image();
    byte[] bytes = image.file(path);
    int from = random.nextInt(bytes.length + 1);
    switch (random.nextInt(6)) {
      case 0 -> tables.damaged(path, Arrays.copyOf(bytes, from), "cut at byte " + from, check);
      case 1 -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(600));
        tables.damaged(path, longer, "extended to " + longer.length, check);
      }
      case 2 -> {
        byte[] zeroed = bytes.clone();
        int to = Math.min(bytes.length, from + 1 + random.nextInt(512));
        Arrays.fill(zeroed, Math.min(from, to), to, (byte) 0);
        tables.damaged(path, zeroed, "zeroed from " + from + " to " + to, check);
      }
      case 3 -> tables.damaged(path, null, "deleted", check);
      default -> {
        List<String> others =
            image.files().keySet().stream()
                .filter(other -> !other.equals(path) && kind(other).equals(kind(path)))
                .toList();
        if (!others.isEmpty()) {
          String other = others.get(random.nextInt(others.size()));
          tables.damaged(path, image.file(other), "replaced by " + StoragePaths.name(other), check);
        }
      }
    }
  }

  private static String kind(String path) {
    String name = StoragePaths.name(path);
    return (name.startsWith("snap-") ? "snap" : "") + name.substring(name.indexOf('.') + 1);
  }

  private static void check(
      CrashStorage storage, Round round, Ledger ledger, String path, String moment) {
    try {
      readAll(storage, round.table(), ledger, moment);
      if (moment.hashCode() % 4 == 0) {
        writeMore(storage, round.table(), ledger, moment);
      }
    } catch (FirnException e) {
      if (!names(e, path)) {
        throw new AssertionError("the error does not name the file: " + e, e);
      }
    }
  }

  private static void readAll(
      CrashStorage storage, String directory, Ledger ledger, String moment) {
    try (FirnTable table = Workload.table(storage, directory).openReadOnly()) {
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

  private static void writeMore(
      CrashStorage storage, String directory, Ledger ledger, String moment) {
    try (FirnTable table = Workload.table(storage, directory).open()) {
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
