package io.firn.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A {@link KilledWriter} in a process of its own, and its end at a random moment. */
final class Victim {

  /** What ends it; afterwards the process is killed in any case. */
  interface Strike {
    /**
     * @return what was acknowledged before this moment by {@link System#nanoTime} has to survive
     */
    long strike() throws IOException, InterruptedException;
  }

  /** Both the last batch of their kind, or the one before the first. */
  record Acknowledged(int beforeTheStrike, int atAll) {

    /**
     * @param first the number of the first batch written
     * @param struck when, by {@link System#nanoTime}
     */
    static Acknowledged of(List<KilledWriter.Report> reports, int first, long struck) {
      int before = first - 1;
      int atAll = first - 1;
      for (KilledWriter.Report report : reports) {
        atAll = report.batch();
        if (report.nanos() - struck < 0) {
          before = report.batch();
        }
      }
      return new Acknowledged(before, atAll);
    }
  }

  private final String table;
  private final Path errors;
  private final long seed;
  private final Random random;

  /**
   * @param errors where its standard error goes
   * @param seed of its batches
   * @param random of the moment
   */
  Victim(String table, Path errors, long seed, Random random) {
    this.table = table;
    this.errors = errors;
    this.seed = seed;
    this.random = random;
  }

  /**
   * Runs it to its end.
   *
   * @param first the number of the first batch it writes
   * @param sequence the operation before it
   */
  Acknowledged run(int first, long sequence, Strike strike) throws Exception {
    List<KilledWriter.Report> reports = new ArrayList<>();
    AtomicLong struck = new AtomicLong();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    try (ChildProcess writer =
        ChildProcess.start(
            KilledWriter.class,
            errors,
            List.of(
                table, Long.toString(seed), Integer.toString(first), Long.toString(sequence)))) {
      boolean whileOpening = random.nextInt(5) == 0;
      long millis = random.nextInt(whileOpening ? 1_500 : 700);
      CountDownLatch begun = new CountDownLatch(1);
      Thread killer =
          new Thread(
              () -> {
                try {
                  if (!whileOpening) {
                    begun.await();
                  }
                  if (writer.endsWithin(millis)) {
                    throw new AssertionError(
                        "The writer ended by itself: " + Files.readString(errors));
                  }
                  struck.set(strike.strike());
                } catch (IOException | InterruptedException | AssertionError e) {
                  failed.set(e);
                } finally {
                  writer.kill();
                }
              });
      killer.start();
      boolean opened = false;
      for (String line = writer.readLine(); line != null; line = writer.readLine()) {
        if (line.equals("open")) {
          opened = true;
          begun.countDown();
        } else {
          reports.add(KilledWriter.Report.parse(line));
        }
      }
      begun.countDown();
      killer.join();
      if (!opened && !whileOpening) {
        throw new AssertionError("The writer did not start: " + Files.readString(errors));
      }
    }
    Throwable failure = failed.get();
    if (failure != null) {
      throw new IOException("The writer could not be struck: " + failure.getMessage(), failure);
    }
    return Acknowledged.of(reports, first, struck.get());
  }
}
