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
import java.util.stream.Stream;

/**
 * Runs the rounds of a campaign, one after the other or several at once. A round that takes too
 * long is a failure that carries the stacks of all threads: a hang is never waited for.
 */
public final class CampaignRunner {

  private static final int FAILURES_MAX = 20;

  /**
   * How much is run at once and for how long.
   *
   * @param roundMax how long one round may take
   * @param campaignMax no round begins after so long
   * @param threads so many rounds at once: most rounds wait for timers more than they compute
   */
  public record Limits(Duration roundMax, Duration campaignMax, int threads) {

    /** One round after the other, for as long as it takes. */
    public static Limits ofRound(Duration roundMax) {
      return new Limits(roundMax, Duration.ofDays(365), 1);
    }
  }

  /** Told what happens while it happens, by one thread at a time. */
  public interface Watcher {
    /** A round has failed. */
    void failed(Tally.Failure failure);

    /** A round is over, this way or that; so much has been done until now. */
    default void advanced(Tally sofar) {}
  }

  private final Limits limits;
  private final Watcher watcher;

  public CampaignRunner(Limits limits, Watcher watcher) {
    this.limits = limits;
    this.watcher = watcher;
  }

  /** The seed of a round: the same for the same first seed and index. */
  public static long seedOf(long first, int index) {
    return first + index * 0x9E3779B97F4A7C15L;
  }

  /** Runs rounds {@code from} up to {@code from + count}; gives up after twenty failures. */
  public Tally run(Campaign campaign, int from, int count, long firstSeed) {
    Course course = new Course(campaign, from, count, firstSeed);
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < limits.threads(); i++) {
      Thread thread = new Thread(course::run, "rounds-" + i);
      thread.start();
      threads.add(thread);
    }
    course.run();
    for (Thread thread : threads) {
      joined(thread);
    }
    return course.tally();
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while rounds were under way", e);
    }
  }

  /** The rounds of one run, handed out to threads. */
  private final class Course {
    private final Campaign campaign;
    private final int from;
    private final int count;
    private final long firstSeed;
    private final long start = System.nanoTime();
    private final List<Tally.Failure> failures = new ArrayList<>();
    private int begun;
    private int done;
    private long cases;

    Course(Campaign campaign, int from, int count, long firstSeed) {
      this.campaign = campaign;
      this.from = from;
      this.count = count;
      this.firstSeed = firstSeed;
    }

    /** Runs rounds until there are no more. */
    void run() {
      for (int index = next(); index >= 0; index = next()) {
        long seed = seedOf(firstSeed, index);
        try {
          succeeded(
              round(
                  campaign,
                  new Round(
                      index,
                      firstSeed,
                      seed,
                      Files.createTempDirectory("firn-" + campaign.name() + "-"))));
        } catch (Throwable e) {
          failed(new Tally.Failure(index, seed, e));
        }
      }
    }

    /** The next index, or -1. */
    private synchronized int next() {
      if (begun == count
          || failures.size() >= FAILURES_MAX
          || System.nanoTime() - start > limits.campaignMax().toNanos()) {
        return -1;
      }
      return from + begun++;
    }

    private synchronized void succeeded(long tried) {
      done++;
      cases += tried;
      watcher.advanced(tally());
    }

    private synchronized void failed(Tally.Failure failure) {
      done++;
      failures.add(failure);
      watcher.failed(failure);
      watcher.advanced(tally());
    }

    synchronized Tally tally() {
      return new Tally(campaign.name(), done, cases, (System.nanoTime() - start) / 1e9, failures);
    }
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
    if (!done.await(limits.roundMax().toMillis(), TimeUnit.MILLISECONDS)) {
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
            "Round " + index + " of " + campaign.name() + " hangs after " + limits.roundMax());
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
