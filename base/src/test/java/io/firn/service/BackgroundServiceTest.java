package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.CorruptionException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.WriteStalledException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BackgroundServiceTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final ManualTicker ticker = new ManualTicker();
  private final List<BackgroundService> opened = new ArrayList<>();

  private BackgroundService service(ServiceOptions options) {
    BackgroundService service = new BackgroundService(options.withTicker(ticker));
    opened.add(service);
    return service;
  }

  private BackgroundService started(ServiceOptions options) {
    BackgroundService service = service(options);
    service.start();
    return service;
  }

  private static ServiceOptions named() {
    return ServiceOptions.named("test");
  }

  @AfterEach
  void nothingIsLeft() {
    opened.forEach(BackgroundService::close);
    assertThat(threads()).isEmpty();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("firn-"))
        .toList();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** A unit that says when it began and ends when told to. */
  private static final class Held implements WorkUnit {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);
    final AtomicInteger runs = new AtomicInteger();

    @Override
    public WorkOutcome run(WorkContext context) throws InterruptedException {
      runs.incrementAndGet();
      began.countDown();
      end.await();
      return WorkOutcome.DONE;
    }
  }

  private static WorkUnit counting(AtomicInteger runs) {
    return context -> {
      runs.incrementAndGet();
      return WorkOutcome.DONE;
    };
  }

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
    long before = System.nanoTime();
    service.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
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

  @Test
  void aStopWaitsForTheUnitInProgressAndDropsWhatWaits() throws Exception {
    BackgroundService service = started(named());
    CountDownLatch began = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    AtomicBoolean interrupted = new AtomicBoolean();
    service.offer(
        "unit",
        context -> {
          began.countDown();
          while (!context.stopRequested()) {
            Thread.onSpinWait();
          }
          interrupted.set(Thread.currentThread().isInterrupted());
          finished.set(true);
          return WorkOutcome.DONE;
        });
    await(began);
    AtomicInteger runs = new AtomicInteger();
    service.offer("waits", counting(runs));
    service.offerAfter(LONG, "later", counting(runs));
    CompletableFuture<Void> promised = service.submit("promised", counting(runs));
    CompletableFuture<Void> again = service.submit("unit", counting(runs));
    service.stop();
    assertThat(finished).isTrue();
    assertThat(interrupted).isFalse();
    assertThat(runs).hasValue(0);
    assertThat(service.stats().abandoned()).isEqualTo(3);
    assertThat(service.stats().queued()).isZero();
    assertThatThrownBy(promised::join).hasCauseInstanceOf(ClosedException.class);
    assertThatThrownBy(again::join).hasCauseInstanceOf(ClosedException.class);
  }

  @Test
  void drainingRunsWhatIsReadyFirst() throws Exception {
    BackgroundService service = started(named());
    Held held = new Held();
    AtomicInteger runs = new AtomicInteger();
    AtomicBoolean asked = new AtomicBoolean();
    service.offer("held", held);
    await(held.began);
    for (int i = 0; i < 10; i++) {
      service.offer(
          i,
          context -> {
            asked.compareAndSet(false, context.stopRequested());
            runs.incrementAndGet();
            return WorkOutcome.DONE;
          });
    }
    service.offerAfter(LONG, "later", counting(runs));
    Thread stopper = new Thread(service::drainAndStop);
    stopper.start();
    while (service.state() == ServiceState.RUNNING) {
      Thread.onSpinWait();
    }
    assertThat(service.offer("late", counting(runs))).isEqualTo(Offer.STOPPED);
    held.end.countDown();
    stopper.join();
    assertThat(runs).hasValue(10);
    assertThat(asked).isFalse();
    assertThat(service.stats().abandoned()).isEqualTo(1);
  }

  @Test
  void aUnitMayStopItsOwnService() throws Exception {
    BackgroundService service = started(named().withWorkers(2));
    service
        .submit(
            "suicide",
            context -> {
              service.stop();
              return WorkOutcome.DONE;
            })
        .join();
    service.stop();
    assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
    service.start();
  }

  @Test
  void anInterruptFromSomebodyElseDoesNotEndAWorker() throws Exception {
    BackgroundService service = started(named());
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("firn-test-0")) {
        thread.interrupt();
      }
    }
    service.submit("a", context -> WorkOutcome.DONE).join();
  }

  @Test
  void anInterruptedStopperWaitsAndKeepsItsFlag() throws Exception {
    BackgroundService service = started(named());
    Held held = new Held();
    service.offer("held", held);
    await(held.began);
    AtomicBoolean flag = new AtomicBoolean();
    Thread stopper =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              service.stop();
              flag.set(Thread.currentThread().isInterrupted());
            });
    stopper.start();
    while (service.state() != ServiceState.STOPPING) {
      Thread.onSpinWait();
    }
    held.end.countDown();
    stopper.join();
    assertThat(flag).isTrue();
    assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
  }

  /** A thread that the operating system does not give. */
  private static Thread refusing(Runnable work) {
    return new Thread(work) {
      @Override
      public synchronized void start() {
        throw new OutOfMemoryError("unable to create native thread");
      }
    };
  }

  @Test
  void withoutAnyThreadTheServiceIsDegradedAndItsCallersDoTheWork() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger ticks = new AtomicInteger();
    BackgroundService service =
        started(
            named()
                .withThreads(BackgroundServiceTest::refusing)
                .every(Duration.ofSeconds(1), "tick", counting(ticks)));
    assertThat(service.isInline()).isTrue();
    assertThat(service.health().level()).isEqualTo(ServiceHealth.Level.DEGRADED);
    assertThat(service.health().reasons().get(0))
        .contains("1 of 1 worker threads", "unable to create native thread");
    Offer offer = service.offer("a", counting(runs));
    assertThat(offer).isEqualTo(Offer.INLINE);
    assertThat(offer.accepted()).isTrue();
    assertThat(service.runDue()).isEqualTo(1);
    assertThat(runs).hasValue(1);
    service.submit("b", counting(runs)).get();
    assertThat(runs).hasValue(2);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(service.runDue()).isEqualTo(1);
    assertThat(ticks).hasValue(1);
    service.offer("c", counting(runs));
    service.drainAndStop();
    assertThat(runs).hasValue(3);
    assertThat(service.state()).isEqualTo(ServiceState.STOPPED);
  }

  @Test
  void withFewerThreadsThanAskedForTheServiceWorksAndSaysSo() {
    AtomicInteger made = new AtomicInteger();
    BackgroundService service =
        started(
            named()
                .withWorkers(3)
                .withThreads(
                    work -> made.incrementAndGet() < 3 ? new Thread(work) : refusing(work)));
    service.submit("a", context -> WorkOutcome.DONE).join();
    assertThat(service.stats().workers()).isEqualTo(2);
    assertThat(service.health().level()).isEqualTo(ServiceHealth.Level.DEGRADED);
    assertThat(service.health().reasons().get(0)).contains("1 of 3 worker threads");
  }

  @Test
  void theStatisticsCountWhatHappened() throws Exception {
    ticker.advance(Duration.ofSeconds(5));
    BackgroundService service = started(named());
    service
        .submit(
            "a",
            context -> {
              context.addBytesIn(100);
              context.addBytesOut(40);
              return WorkOutcome.DONE;
            })
        .join();
    service.submit("b", context -> WorkOutcome.SKIPPED).join();
    assertThat(service.awaitIdle(LONG)).isTrue();
    ServiceStats stats = service.stats();
    assertThat(stats.name()).isEqualTo("test");
    assertThat(stats.state()).isEqualTo(ServiceState.RUNNING);
    assertThat(stats.enabled()).isTrue();
    assertThat(stats.interval()).isNull();
    assertThat(stats.active()).isZero();
    assertThat(stats.done()).isEqualTo(1);
    assertThat(stats.skipped()).isEqualTo(1);
    assertThat(stats.failed()).isZero();
    assertThat(stats.bytesIn()).isEqualTo(100);
    assertThat(stats.bytesOut()).isEqualTo(40);
    assertThat(stats.lastSuccess()).isEqualTo(Instant.ofEpochMilli(5_000));
    assertThat(stats.lastErrorAt()).isNull();
    assertThat(stats.lastError()).isNull();
    Held held = new Held();
    service.offer("held", held);
    await(held.began);
    assertThat(service.stats().active()).isEqualTo(1);
    held.end.countDown();
  }

  @Test
  void waitingForIdleGivesUpAtItsDeadline() throws Exception {
    BackgroundService service = started(named());
    Held held = new Held();
    service.offer("held", held);
    await(held.began);
    CompletableFuture<Boolean> idle =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return service.awaitIdle(Duration.ofSeconds(1));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    ticker.awaitWaiters(1);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(idle.get()).isFalse();
    held.end.countDown();
  }
}
