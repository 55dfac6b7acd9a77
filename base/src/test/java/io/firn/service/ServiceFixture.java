package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Services that end with the test, and units to give them. */
abstract class ServiceFixture {

  static final Duration LONG = Duration.ofMinutes(10);

  final ManualTicker ticker = new ManualTicker();
  final List<BackgroundService> opened = new ArrayList<>();

  BackgroundService service(ServiceOptions options) {
    BackgroundService service = new BackgroundService(options.withTicker(ticker));
    opened.add(service);
    return service;
  }

  BackgroundService started(ServiceOptions options) {
    BackgroundService service = service(options);
    service.start();
    return service;
  }

  static ServiceOptions named() {
    return ServiceOptions.named("test");
  }

  @AfterEach
  void nothingIsLeft() {
    opened.forEach(BackgroundService::close);
    assertThat(threads()).isEmpty();
  }

  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("firn-"))
        .toList();
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** A unit that says when it began and ends when told to. */
  static final class Held implements WorkUnit {
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

  static WorkUnit counting(AtomicInteger runs) {
    return context -> {
      runs.incrementAndGet();
      return WorkOutcome.DONE;
    };
  }
}
