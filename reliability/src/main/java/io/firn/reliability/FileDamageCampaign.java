package io.firn.reliability;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CrashStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

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
    Cases cases = new Cases();
    for (String path : image.files().keySet()) {
      byte[] bytes = image.file(path);
      int exhaustive = Math.min(bytes.length, EXHAUSTIVE_BYTES) * 8;
      for (int bit = round.index() % SLICES; bit < exhaustive; bit += SLICES) {
        flip(cases, round, ledger, image, path, bit);
      }
      for (int i = 0; i < Math.min(200, (bytes.length - EXHAUSTIVE_BYTES) / 64); i++) {
        flip(
            cases,
            round,
            ledger,
            image,
            path,
            (EXHAUSTIVE_BYTES + random.nextInt(bytes.length - EXHAUSTIVE_BYTES)) * 8);
      }
    }
    List<String> paths = new ArrayList<>(image.files().keySet());
    for (int i = 0; i < COARSE_CASES; i++) {
      coarse(cases, round, ledger, image, paths.get(random.nextInt(paths.size())), random);
    }
    return cases.tried();
  }

  /** Files of two levels with deletion vectors, several manifests and snapshots. */
  private static Image image(Round round, Ledger ledger) throws Exception {
    CrashStorage storage = new CrashStorage();
    Workload workload = new Workload(storage, round.table(), round.random(), ledger);
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

  private static void flip(
      Cases cases, Round round, Ledger ledger, Image image, String path, int bit) {
    byte[] flipped = image.file(path).clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    check(
        cases,
        round,
        ledger,
        image,
        path,
        flipped,
        "bit " + bit % 8 + " of byte " + bit / 8 + " flipped");
  }

  private static void coarse(
      Cases cases, Round round, Ledger ledger, Image image, String path, Random random) {
    byte[] bytes = image.file(path);
    int from = random.nextInt(bytes.length + 1);
    switch (random.nextInt(6)) {
      case 0 ->
          check(
              cases, round, ledger, image, path, Arrays.copyOf(bytes, from), "cut at byte " + from);
      case 1 -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(600));
        check(cases, round, ledger, image, path, longer, "extended to " + longer.length);
      }
      case 2 -> {
        byte[] zeroed = bytes.clone();
        int to = Math.min(bytes.length, from + 1 + random.nextInt(512));
        Arrays.fill(zeroed, Math.min(from, to), to, (byte) 0);
        check(cases, round, ledger, image, path, zeroed, "zeroed from " + from + " to " + to);
      }
      case 3 -> check(cases, round, ledger, image, path, null, "deleted");
      default -> {
        List<String> others =
            image.files().keySet().stream()
                .filter(other -> !other.equals(path) && kind(other).equals(kind(path)))
                .toList();
        if (!others.isEmpty()) {
          String other = others.get(random.nextInt(others.size()));
          check(
              cases,
              round,
              ledger,
              image,
              path,
              image.file(other),
              "replaced by " + StoragePaths.name(other));
        }
      }
    }
  }

  private static String kind(String path) {
    String name = StoragePaths.name(path);
    return (name.startsWith("snap-") ? "snap" : "") + name.substring(name.indexOf('.') + 1);
  }

  private static void check(
      Cases cases,
      Round round,
      Ledger ledger,
      Image image,
      String path,
      byte @Nullable [] content,
      String damage) {
    String moment = StoragePaths.name(path) + ", " + damage;
    cases.run(
        moment,
        () -> {
          try {
            readAll(image.with(path, content), round.table(), ledger, moment);
            if (damage.hashCode() % 4 == 0) {
              writeMore(image.with(path, content), round.table(), ledger, moment);
            }
          } catch (FirnException e) {
            if (!names(e, path)) {
              throw new AssertionError("the error does not name the file: " + e, e);
            }
          }
        });
  }

  private static void readAll(CrashStorage storage, String directory, Ledger ledger, String moment)
      throws IOException {
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
