package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.CorruptionException;
import io.firn.testkit.CrashStorage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * The log, cut off at every byte and with every bit flipped, a slice of the places a round: the
 * longest valid prefix is found, or an error that names the file. Only the last record may be lost
 * by a flipped bit: nothing behind it says that it had been durable. A segment that is gone is
 * found, unless the table has what it held.
 */
final class LogDamageCampaign implements Campaign {

  private static final int SLICES = 64;
  private static final int HEADER_BYTES = 76;

  private final SharedFixture<Original> original = new SharedFixture<>(LogDamageCampaign::original);

  @Override
  public String name() {
    return "log-damage";
  }

  @Override
  public String promise() {
    return "log cut at every byte, every bit flipped, a file gone: longest valid prefix or a named corruption";
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
    Ledger ledger = original.of(round).ledger();
    Image image = original.of(round).image();
    String last =
        image.files().descendingKeySet().stream()
            .filter(path -> path.endsWith(".wal") && image.file(path).length > HEADER_BYTES)
            .findFirst()
            .orElseThrow();
    DamagedTables tables = new DamagedTables(image);
    for (String path : image.files().keySet()) {
      if (!path.contains("/wal/")) {
        continue;
      }
      tables.damaged(path, null, "deleted", (storage, moment) -> missing(storage, ledger, moment));
      byte[] bytes = image.file(path);
      for (int at = round.index() % SLICES; at < bytes.length; at += SLICES) {
        long left = path.equals(last) ? lastOperation(bytes, at) : ledger.acknowledged();
        tables.damaged(
            path,
            Arrays.copyOf(bytes, at),
            "cut at " + at,
            (storage, moment) -> check(storage, ledger, path, left, moment));
        for (int bit = 8 * at; bit < 8 * at + 8; bit++) {
          tables.flipped(
              path,
              bit,
              (storage, moment) ->
                  check(
                      storage,
                      ledger,
                      path,
                      ledger.batchEndUpTo(ledger.acknowledged() - 1),
                      moment));
        }
      }
    }
    return tables.cases().tried();
  }

  /** Two unflushed segments behind a flushed one. */
  private static Original original(long seed) throws Exception {
    Random random = new Random(seed);
    Ledger ledger = new Ledger();
    CrashStorage storage =
        Workload.killed(
            new CrashStorage(),
            Original.TABLE,
            random,
            ledger,
            (workload, table) -> {
              for (int i = 0; i < 8; i++) {
                workload.write(table);
              }
              table.flush();
              for (int i = 0; i < 6; i++) {
                workload.write(table);
              }
            });
    storage =
        Workload.killed(
            storage,
            Original.TABLE,
            random,
            ledger,
            (workload, table) -> {
              for (int i = 0; i < 6; i++) {
                workload.write(table);
              }
            });
    return Original.of(storage, ledger);
  }

  /** The last operation of the last record that ends up to a place. */
  private static long lastOperation(byte[] log, int until) {
    NavigableMap<Integer, Long> ends = new TreeMap<>();
    ByteBuffer buffer = ByteBuffer.wrap(log);
    ends.put(HEADER_BYTES, buffer.getLong(40) - 1);
    int at = HEADER_BYTES;
    while (at < log.length) {
      int end = at + 8 + buffer.getInt(at);
      int position = at + 17;
      while (log[position] < 0) {
        position++;
      }
      position++;
      long operations = 0;
      for (int shift = 0; ; shift += 7, position++) {
        operations |= (long) (log[position] & 0x7F) << shift;
        if (log[position] >= 0) {
          break;
        }
      }
      ends.put(end, buffer.getLong(at + 9) + operations - 1);
      at = end;
    }
    return ends.floorEntry(Math.max(until, HEADER_BYTES)).getValue();
  }

  /** Whatever file of the log is gone: nothing is missing, or it is told. */
  private static void missing(CrashStorage storage, Ledger ledger, String moment) {
    try (FirnTable table = Workload.table(storage, Original.TABLE).open()) {
      ledger.checkPrefix(table, ledger.acknowledged(), moment);
    } catch (CorruptionException e) {
      if (!e.file().contains("/wal/")) {
        throw new AssertionError("no file of the log is blamed: " + e, e);
      }
    }
  }

  private static void check(
      CrashStorage storage, Ledger ledger, String path, long atLeast, String moment) {
    try (FirnTable table = Workload.table(storage, Original.TABLE).open()) {
      ledger.checkPrefix(table, atLeast, moment);
    } catch (CorruptionException e) {
      if (!e.file().equals(path)) {
        throw new AssertionError("another file is blamed: " + e, e);
      }
    }
  }
}
