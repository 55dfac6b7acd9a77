package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.storage.LocalStorage;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * The process that {@link KillCampaign} kills: writes batches that follow from a seed, and reports
 * each acknowledged one by a line on its standard output. Never ends by itself.
 */
final class KilledWriter {

  /**
   * A line of its output.
   *
   * @param batch acknowledged
   * @param nanos when, by {@link System#nanoTime}, which all processes of a machine share
   */
  record Report(int batch, long nanos) {

    static Report parse(String line) {
      String[] parts = line.split(" ");
      return new Report(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
    }

    @Override
    public String toString() {
      return batch + " " + nanos;
    }
  }

  private KilledWriter() {}

  /** Arguments: the table's directory, the seed, the first batch, its first operation minus 1. */
  public static void main(String[] arguments) {
    OutputStream out = System.out;
    PrintStream acknowledged = new PrintStream(out, true, StandardCharsets.US_ASCII);
    BatchSource batches = new BatchSource(Long.parseLong(arguments[1]));
    int batch = Integer.parseInt(arguments[2]);
    long sequence = Long.parseLong(arguments[3]);
    try (FirnTable table = open(arguments[0])) {
      acknowledged.println("open");
      write(
          table,
          batches,
          batch,
          sequence,
          report -> {
            acknowledged.println(report);
            return true;
          });
    }
  }

  /**
   * Writes, with a flush now and then, and tells of each batch acknowledged, for as long as the
   * answer is to go on.
   *
   * @param first the number of the first batch
   * @param before the operation before it
   */
  static void write(
      FirnTable table,
      BatchSource batches,
      int first,
      long before,
      Predicate<Report> acknowledged) {
    long sequence = before;
    boolean goesOn = true;
    for (int batch = first; goesOn; batch++) {
      var changes = batches.batch(batch, sequence);
      var writes = table.newBatch();
      changes.forEach(
          change -> change.row().ifPresentOrElse(writes::put, () -> writes.delete(change.key())));
      table.write(writes);
      sequence += changes.size();
      goesOn = acknowledged.test(new Report(batch, System.nanoTime()));
      if (batch % 40 == 39) {
        table.flush();
      }
    }
  }

  /** A process that is stopped, or a slow machine, is no failure: a write waits for long. */
  static FirnTable open(String directory) {
    return Workload.table(new LocalStorage(), directory)
        .options(
            Workload.options()
                .set(OptionKey.FLUSH_INTERVAL_MILLIS, 30)
                .set(OptionKey.WRITE_STALL_MILLIS_MAX, 60_000)
                .build())
        .open();
  }
}
