package io.firn.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs the rounds of a campaign one after the other. A round that takes too long is a failure that
 * carries the stacks of all threads: a hang is never waited for.
 */
public final class CampaignRunner {

  private static final int FAILURES_MAX = 20;

  private final Duration roundMax;
  private final Consumer<Tally.Failure> onFailure;

  /**
   * @param roundMax how long one round may take
   * @param onFailure told of each failure when it happens
   */
  public CampaignRunner(Duration roundMax, Consumer<Tally.Failure> onFailure) {
    this.roundMax = roundMax;
    this.onFailure = onFailure;
  }

  /** The seed of a round: the same for the same first seed and index. */
  public static long seedOf(long first, int index) {
    return first + index * 0x9E3779B97F4A7C15L;
  }

  /** Runs rounds {@code from} up to {@code from + count}; gives up after twenty failures. */
  public Tally run(Campaign campaign, int from, int count, long firstSeed) {
    List<Tally.Failure> failures = new ArrayList<>();
    long start = System.nanoTime();
    long cases = 0;
    int done = 0;
    while (done < count && failures.size() < FAILURES_MAX) {
      int index = from + done;
      long seed = seedOf(firstSeed, index);
      try {
        cases +=
            round(
                campaign,
                new Round(
                    index,
                    firstSeed,
                    seed,
                    Files.createTempDirectory("firn-" + campaign.name() + "-")));
      } catch (Throwable e) {
        Tally.Failure failure = new Tally.Failure(index, seed, e);
        failures.add(failure);
        onFailure.accept(failure);
      }
      done++;
    }
    return new Tally(campaign.name(), done, cases, (System.nanoTime() - start) / 1e9, failures);
  }

  private long round(Campaign campaign, Round round) throws Throwable {
    AtomicReference<Throwable> error = new AtomicReference<>();
    long[] cases = {0};
    CountDownLatch done = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                cases[0] = campaign.run(round);
              } catch (Throwable e) {
                error.set(e);
              } finally {
                done.countDown();
              }
            },
            "round-" + round.index());
    thread.setDaemon(true);
    thread.start();
    if (!done.await(roundMax.toMillis(), TimeUnit.MILLISECONDS)) {
      throw hang(campaign, round.index());
    }
    Throwable failure = error.get();
    if (failure != null) {
      throw failure;
    }
    delete(round.directory());
    return cases[0];
  }

  private AssertionError hang(Campaign campaign, int index) {
    AssertionError hang =
        new AssertionError(
            "Round " + index + " of " + campaign.name() + " hangs after " + roundMax);
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      Throwable where = new Throwable(thread.getKey().getName());
      where.setStackTrace(thread.getValue());
      hang.addSuppressed(where);
    }
    return hang;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
