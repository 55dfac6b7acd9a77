package io.firn.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A {@link KilledWriter} in a process of its own, and its end at a random moment. */
final class Victim {

  /** What ends it; afterwards the process is killed in any case. */
  interface Strike {
    void strike() throws IOException, InterruptedException;
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
   * @param first the number of the first batch it writes, {@code sequence} the operation before
   * @return the last batch it reported as acknowledged, or the one before the first
   */
  int acknowledged(int first, long sequence, Strike strike) throws Exception {
    int acknowledged = first - 1;
    AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
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
                  if (!writer.endsWithin(millis)) {
                    strike.strike();
                  }
                } catch (IOException | InterruptedException e) {
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
          acknowledged = Integer.parseInt(line);
        }
      }
      begun.countDown();
      killer.join();
      if (!opened && !whileOpening) {
        throw new AssertionError("The writer did not start: " + Files.readString(errors));
      }
    }
    Exception failure = failed.get();
    if (failure != null) {
      throw failure;
    }
    return acknowledged;
  }
}
