package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FirnException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A writer in this process whose disk goes away under it at a random moment, and which then ends.
 */
final class CutWriter {

  private static final int OPENING_MILLIS_MAX = 60;
  private static final int WRITING_MILLIS_MAX = 300;

  private CutWriter() {}

  /**
   * Writes the batches that follow those of a ledger until the strike ends it.
   *
   * @param strike takes the disk away
   */
  static Victim.Acknowledged run(
      String table, BatchSource batches, Ledger ledger, Random random, Victim.Strike strike)
      throws Exception {
    int first = ledger.batches();
    long before = ledger.attempted();
    List<KilledWriter.Report> reports = new ArrayList<>();
    AtomicBoolean abandoned = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<FirnException> writer =
        new FutureTask<>(
            () -> {
              try (FirnTable opened = KilledWriter.open(table)) {
                begun.countDown();
                KilledWriter.write(
                    opened,
                    batches,
                    first,
                    before,
                    report -> reports.add(report) && !abandoned.get());
              } catch (FirnException e) {
                return e;
              } finally {
                begun.countDown();
              }
              throw new AssertionError("The writer ended without an error");
            });
    new Thread(writer, "cut-writer").start();
    boolean whileOpening = random.nextInt(5) == 0;
    int millis = random.nextInt(whileOpening ? OPENING_MILLIS_MAX : WRITING_MILLIS_MAX);
    if (!whileOpening) {
      begun.await();
    }
    try {
      FirnException early = writer.get(millis, TimeUnit.MILLISECONDS);
      throw new AssertionError("The writer ended before its disk went away", early);
    } catch (TimeoutException stillWriting) {
      return Victim.Acknowledged.of(reports, first, struck(strike, writer, abandoned));
    }
  }

  /** When the disk went away; the writer has ended. */
  private static long struck(
      Victim.Strike strike, FutureTask<FirnException> writer, AtomicBoolean abandoned)
      throws Exception {
    long struck;
    try {
      struck = strike.strike();
    } catch (IOException e) {
      abandoned.set(true);
      throw e;
    }
    ended(writer);
    return struck;
  }

  private static void ended(FutureTask<FirnException> writer) throws Exception {
    try {
      FirnException byItsDisk = writer.get();
      if (byItsDisk.getMessage() == null) {
        throw new AssertionError("An error that says nothing", byItsDisk);
      }
    } catch (ExecutionException e) {
      throw new AssertionError("The writer ended otherwise than by an error of Firn's own", e);
    }
  }
}
