package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Stopping at any moment, in the machine's time. */
class ServiceStopStressTest {

  private static final int LIVES = 1000;

  @Test
  void aThousandStopsInEveryPhaseAreQuickAndLeaveNoThread() throws Exception {
    String given = System.getProperty("firn.seed", "");
    long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    Random random = new Random(seed);
    AtomicLong unitEnded = new AtomicLong();
    BackgroundService service =
        new BackgroundService(
            ServiceOptions.named("stress")
                .withWorkers(3)
                .withRetry(
                    new RetryPolicy(Duration.ofNanos(1), Duration.ofMillis(50), 2, e -> false))
                .every(Duration.ofMillis(1), "tick", context -> spin(unitEnded, 50)));
    long[] beyond = new long[LIVES];
    for (int life = 0; life < LIVES; life++) {
      service.start();
      int offers = random.nextInt(6);
      for (int i = 0; i < offers; i++) {
        int micros = random.nextInt(300);
        boolean fails = random.nextInt(4) == 0;
        service.offerAfter(
            Duration.ofNanos(random.nextInt(2) * (long) random.nextInt(1_000_000)),
            i,
            context -> {
              WorkOutcome outcome = spin(unitEnded, micros);
              if (fails) {
                throw new IllegalStateException("seed " + seed);
              }
              return outcome;
            });
      }
      spin(new AtomicLong(), random.nextInt(500));
      unitEnded.set(System.nanoTime());
      service.stop();
      beyond[life] = System.nanoTime() - unitEnded.get();
      assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
      assertThat(service.stats().workers()).isZero();
      assertThat(service.stats().active()).isZero();
    }
    Arrays.sort(beyond);
    System.out.printf(
        "stop beyond the unit: median %d us, slowest %d us%n",
        beyond[LIVES / 2] / 1000, beyond[LIVES - 1] / 1000);
    // A machine that stands still meanwhile makes a few of them slow; work waited for, nearly all.
    assertThat(Duration.ofNanos(beyond[LIVES / 2]))
        .as("the median of %d stops, seed %d", LIVES, seed)
        .isLessThan(Duration.ofMillis(100));
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("firn-stress")))
        .isEmpty();
  }

  private static WorkOutcome spin(AtomicLong ended, int micros) {
    long until = System.nanoTime() + micros * 1000L;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    ended.set(System.nanoTime());
    return WorkOutcome.DONE;
  }
}
