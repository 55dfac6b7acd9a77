package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.CorruptionException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.WriteStalledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BackgroundServiceTest extends ServiceFixture {

  @Test
  void aServiceLivesFromNewToStoppedAndBackToRunning() {
    BackgroundService service = service(named());
    assertThat(service.state()).isEqualTo(ServiceState.NEW);
    service.stop();
    assertThat(service.state()).isEqualTo(ServiceState.NEW);
    for (int life = 0; life < 3; life++) {
      service.start();
      assertThat(service.state()).isEqualTo(ServiceState.RUNNING);
      AtomicInteger runs = new AtomicInteger();
      service.submit("unit", counting(runs)).join();
      assertThat(runs).hasValue(1);
      service.stop();
      assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
      service.stop();
      assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
    }
  }

  @Test
  void aSecondStartIsRefusedWhileRunningAndWhileStopping() throws Exception {
    BackgroundService service = started(named());
    assertThatThrownBy(service::start)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("The test service cannot be started: it is RUNNING");
    Held held = new Held();
    service.offer("held", held);
    await(held.began);
    Thread stopper = new Thread(service::stop);
    stopper.start();
    while (service.state() != ServiceState.STOPPING) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(service::start).hasMessageContaining("STOPPING");
    held.end.countDown();
    stopper.join();
    service.start();
  }

  @Test
  void onlyOneOfManyStartsWins() throws Exception {
    BackgroundService service = service(named());
    AtomicInteger won = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  service.start();
                  won.incrementAndGet();
                } catch (InvalidArgumentException refused) {
                  assertThat(refused).hasMessageContaining("RUNNING");
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(won).hasValue(1);
    assertThat(service.stats().workers()).isEqualTo(1);
  }

  @Test
  void workersAreNamedDaemonsAndRunDifferentKeysInParallel() throws Exception {
    BackgroundService service = started(named().withWorkers(3));
    CyclicBarrier together = new CyclicBarrier(3);
    List<String> names = new CopyOnWriteArrayList<>();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(
          service.submit(
              i,
              context -> {
                together.await();
                assertThat(Thread.currentThread().isDaemon()).isTrue();
                names.add(Thread.currentThread().getName());
                return WorkOutcome.DONE;
              }));
    }
    all.forEach(CompletableFuture::join);
    assertThat(names).containsExactlyInAnyOrder("firn-test-0", "firn-test-1", "firn-test-2");
  }

  @Test
  void aRequestForAKeyThatWaitsIsOneRequest() throws Exception {
    BackgroundService service = started(named());
    Held held = new Held();
    AtomicInteger runs = new AtomicInteger();
    service.offer("held", held);
    await(held.began);
    assertThat(service.offer("a", counting(runs))).isEqualTo(Offer.QUEUED);
    assertThat(service.offer("a", counting(runs))).isEqualTo(Offer.MERGED);
    assertThat(service.stats().queued()).isEqualTo(1);
    assertThat(service.stats().merged()).isEqualTo(1);
    held.end.countDown();
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
  }

  @Test
  void aRequestForAKeyThatRunsMakesItRunOnceMore() throws Exception {
    BackgroundService service = started(named().withWorkers(2));
    Held held = new Held();
    service.offer("a", held);
    await(held.began);
    assertThat(service.offer("a", held)).isEqualTo(Offer.MERGED);
    assertThat(service.offer("a", held)).isEqualTo(Offer.MERGED);
    CompletableFuture<Void> next = service.submit("a", held);
    assertThat(next).isNotDone();
    held.end.countDown();
    next.join();
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(held.runs).hasValue(2);
  }

  @Test
  void aFullQueueRefusesAndCountsAndNeverBlocks() throws Exception {
    BackgroundService service = started(named().withQueueLimit(2));
    Held held = new Held();
    service.offer("held", held);
    await(held.began);
    AtomicInteger runs = new AtomicInteger();
    assertThat(service.offer("a", counting(runs))).isEqualTo(Offer.QUEUED);
    assertThat(service.offerAfter(LONG, "b", counting(runs))).isEqualTo(Offer.QUEUED);
    Offer refused = service.offer("c", counting(runs));
    assertThat(refused).isEqualTo(Offer.FULL);
    assertThat(refused.accepted()).isFalse();
    assertThat(service.offer("a", counting(runs))).isEqualTo(Offer.MERGED);
    assertThatThrownBy(() -> service.submit("d", counting(runs)).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(WriteStalledException.class);
    assertThat(service.stats().refused()).isEqualTo(2);
    held.end.countDown();
  }

  @Test
  void theQueueHoldsFourThousandAndNinetySixRequestsByDefault() {
    assertThat(named().queueLimit()).isEqualTo(4096);
  }

  @Test
  void aStoppedServiceRefuses() {
    BackgroundService service = service(named());
    assertThat(service.offer("a", c -> WorkOutcome.DONE)).isEqualTo(Offer.STOPPED);
    service.start();
    service.stop();
    assertThat(service.offer("a", c -> WorkOutcome.DONE)).isEqualTo(Offer.STOPPED);
    assertThatThrownBy(() -> service.submit("a", c -> WorkOutcome.DONE).join())
        .hasCauseInstanceOf(ClosedException.class);
    assertThat(service.stats().refused()).isEqualTo(3);
  }

  @Test
  void aServiceWithoutWorkersDoesNothingByItself() {
    AtomicInteger runs = new AtomicInteger();
    BackgroundService service =
        started(named().withWorkers(0).every(Duration.ofSeconds(1), "tick", counting(runs)));
    assertThat(service.stats().enabled()).isFalse();
    assertThat(service.offer("a", counting(runs))).isEqualTo(Offer.DISABLED);
    ticker.advance(LONG);
    assertThat(service.runDue()).isZero();
    assertThat(runs).hasValue(0);
    CompletableFuture<Void> explicit = service.submit("a", counting(runs));
    assertThat(explicit).isCompleted();
    assertThat(runs).hasValue(1);
    assertThat(service.health()).isEqualTo(ServiceHealth.HEALTHY);
  }

  @Test
  void delayedWorkRunsAtItsTimeAndAnOfferBringsItForward() throws Exception {
    BackgroundService service = started(named());
    AtomicInteger runs = new AtomicInteger();
    service.offerAfter(Duration.ofMillis(50), "batch", counting(runs));
    service.offerAfter(Duration.ofMillis(90), "batch", counting(runs));
    ticker.awaitWaiters(1);
    ticker.advance(Duration.ofMillis(49));
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(0);
    ticker.advance(Duration.ofMillis(1));
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);

    service.offerAfter(Duration.ofMillis(50), "batch", counting(runs));
    service.offer("batch", counting(runs));
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(2);
    ticker.advance(LONG);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(2);
  }

  @Test
  void aMissedPeriodIsNotMadeUpForByABurst() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    BackgroundService service =
        started(named().every(Duration.ofSeconds(1), "tick", counting(runs)));
    assertThat(service.stats().interval()).isEqualTo(Duration.ofSeconds(1));
    ticker.awaitWaiters(1);
    ticker.advance(Duration.ofMillis(999));
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(0);
    ticker.advance(Duration.ofSeconds(100));
    ticker.awaitWaiters(1);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
    ticker.advance(Duration.ofSeconds(1));
    ticker.awaitWaiters(1);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(2);
  }

  @Test
  void offeringThePeriodicKeyRunsItNowAndStartsThePeriodAnew() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    BackgroundService service =
        started(named().every(Duration.ofSeconds(10), "tick", counting(runs)));
    ticker.advance(Duration.ofSeconds(9));
    service.offer("tick", c -> WorkOutcome.DONE);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
    ticker.awaitWaiters(1);
    ticker.advance(Duration.ofSeconds(9));
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
  }

  @Test
  void stoppingDoesNotWaitForAPeriodOrABackoffToEnd() throws Exception {
    BackgroundService service =
        started(named().withWorkers(3).every(Duration.ofDays(1), "tick", c -> WorkOutcome.DONE));
    service.offer(
        "fails",
        c -> {
          throw new IllegalStateException("no");
        });
    assertThat(service.awaitIdle(LONG)).isTrue();
    ticker.awaitWaiters(3);
    // Nobody moves the time on: a stop that waited for it would never return.
    service.stop();
  }

  @Test
  void aRequestDoesNotCutABackoffShort() throws Exception {
    BackgroundService service = started(named());
    AtomicInteger runs = new AtomicInteger();
    WorkUnit failing =
        context -> {
          assertThat(context.attempts()).isEqualTo(runs.getAndIncrement());
          throw new IllegalStateException("no");
        };
    service.offer("a", failing);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(service.offer("a", failing)).isEqualTo(Offer.MERGED);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
    assertThat(service.health().level()).isEqualTo(ServiceHealth.Level.DEGRADED);
    assertThat(service.stats().lastError()).isEqualTo("a: java.lang.IllegalStateException: no");
  }

  @Test
  void poisonWorkIsRetriedWithGrowingDelaysMakesTheServiceUnhealthyAndMayRecover()
      throws Exception {
    RetryPolicy retry =
        new RetryPolicy(Duration.ofMillis(100), Duration.ofMillis(400), 3, e -> false);
    AtomicInteger runs = new AtomicInteger();
    AtomicBoolean broken = new AtomicBoolean(true);
    List<ServiceHealth.Level> told = new CopyOnWriteArrayList<>();
    BackgroundService service =
        started(named().withRetry(retry).onHealth(health -> told.add(health.level())));
    service.offer(
        "poison",
        context -> {
          runs.incrementAndGet();
          if (broken.get()) {
            throw new IllegalStateException("disk full");
          }
          return WorkOutcome.DONE;
        });
    long[] delays = {100, 200, 400, 400};
    for (int i = 0; i < delays.length; i++) {
      ticker.awaitWaiters(1);
      assertThat(runs).hasValue(i + 1);
      ticker.advance(Duration.ofMillis(delays[i] - 1));
      ticker.awaitWaiters(1);
      assertThat(runs).hasValue(i + 1);
      broken.set(i < delays.length - 1);
      ticker.advance(Duration.ofMillis(1));
      while (runs.get() == i + 1) {
        Thread.onSpinWait();
      }
    }
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(service.health()).isEqualTo(ServiceHealth.HEALTHY);
    assertThat(told)
        .containsExactly(
            ServiceHealth.Level.DEGRADED,
            ServiceHealth.Level.UNHEALTHY,
            ServiceHealth.Level.HEALTHY);
    assertThat(service.stats().failed()).isEqualTo(4);
    assertThat(service.stats().done()).isEqualTo(1);
  }

  @Test
  void anErrorThatNoRetryCuresDropsTheUnitAndStaysVisibleUntilARestart() throws Exception {
    BackgroundService service = started(named());
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Void> result =
        service.submit(
            "a",
            context -> {
              runs.incrementAndGet();
              throw new CorruptionException("file", 7, "broken");
            });
    assertThatThrownBy(result::join).hasCauseInstanceOf(CorruptionException.class);
    ticker.advance(LONG);
    assertThat(service.awaitIdle(LONG)).isTrue();
    assertThat(runs).hasValue(1);
    assertThat(service.stats().queued()).isZero();
    assertThat(service.health().level()).isEqualTo(ServiceHealth.Level.UNHEALTHY);
    assertThat(service.health().reasons().get(0)).contains("file at offset 7");
    service.stop();
    service.start();
    assertThat(service.health()).isEqualTo(ServiceHealth.HEALTHY);
  }

  @Test
  void anErrorOfAUnitDoesNotEndTheWorker() {
    BackgroundService service = started(named());
    assertThatThrownBy(
            () ->
                service
                    .submit(
                        "a",
                        context -> {
                          throw new OutOfMemoryError("not really");
                        })
                    .join())
        .hasCauseInstanceOf(OutOfMemoryError.class);
    service.submit("b", context -> WorkOutcome.DONE).join();
    assertThat(service.stats().workers()).isEqualTo(1);
  }

  @Test
  void aUnitThatSaysThereIsMoreRunsAgainBehindTheOthers() {
    BackgroundService service = started(named());
    List<String> order = new CopyOnWriteArrayList<>();
    Held held = new Held();
    service.offer("held", held);
    service.offer(
        "a",
        context -> {
          order.add("a");
          return order.size() < 3 ? WorkOutcome.AGAIN : WorkOutcome.DONE;
        });
    CompletableFuture<Void> b =
        service.submit(
            "b",
            context -> {
              order.add("b");
              return WorkOutcome.DONE;
            });
    held.end.countDown();
    b.join();
    service.submit("end", context -> WorkOutcome.DONE).join();
    assertThat(order).containsExactly("a", "b", "a");
  }
}
