package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BackgroundServiceStopTest extends ServiceFixture {

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
                .withThreads(BackgroundServiceStopTest::refusing)
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
