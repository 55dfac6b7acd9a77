package io.firn.service;

import io.firn.error.InvalidArgumentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * How a {@link BackgroundService} is set up. Made by {@link #named}, refined by the {@code with}
 * methods, each of which returns a new object.
 *
 * @param name names the threads and appears in messages
 * @param workers number of threads; 0 disables the service
 * @param queueLimit how many requests may wait
 * @param retry when failed units run again
 * @param periodic work that comes back by itself
 * @param environment the time, and who makes the worker threads
 * @param onHealth told of every change of health, on the thread that caused it, without locks
 */
public record ServiceOptions(
    String name,
    int workers,
    int queueLimit,
    RetryPolicy retry,
    List<Periodic> periodic,
    ServiceEnvironment environment,
    Consumer<ServiceHealth> onHealth) {

  /** How many requests may wait if nothing else is said. */
  public static final int QUEUE_LIMIT = 4096;

  /**
   * Work that runs every interval, measured from the end of one run to the start of the next:
   * missed periods are not made up for.
   *
   * @param key offering this key brings the next run forward
   */
  public record Periodic(Object key, Duration interval, WorkUnit unit) {
    public Periodic {
      if (interval.isNegative() || interval.isZero()) {
        throw new InvalidArgumentException("The interval of " + key + " must be positive");
      }
    }
  }

  public ServiceOptions {
    if (workers < 0) {
      throw new InvalidArgumentException(name + ": workers must not be negative: " + workers);
    }
    if (queueLimit < 1) {
      throw new InvalidArgumentException(name + ": the queue needs room: " + queueLimit);
    }
    periodic = List.copyOf(periodic);
  }

  /** One worker, the standard queue and retries, the machine's time. */
  public static ServiceOptions named(String name) {
    return new ServiceOptions(
        name,
        1,
        QUEUE_LIMIT,
        RetryPolicy.STANDARD,
        List.of(),
        ServiceEnvironment.system(),
        h -> {});
  }

  public ServiceOptions withWorkers(int count) {
    return new ServiceOptions(name, count, queueLimit, retry, periodic, environment, onHealth);
  }

  public ServiceOptions withQueueLimit(int limit) {
    return new ServiceOptions(name, workers, limit, retry, periodic, environment, onHealth);
  }

  public ServiceOptions withRetry(RetryPolicy policy) {
    return new ServiceOptions(name, workers, queueLimit, policy, periodic, environment, onHealth);
  }

  /** Adds periodic work. */
  public ServiceOptions every(Duration interval, Object key, WorkUnit unit) {
    List<Periodic> more = new ArrayList<>(periodic);
    more.add(new Periodic(key, interval, unit));
    return new ServiceOptions(name, workers, queueLimit, retry, more, environment, onHealth);
  }

  public ServiceOptions in(ServiceEnvironment process) {
    return new ServiceOptions(name, workers, queueLimit, retry, periodic, process, onHealth);
  }

  public ServiceOptions withTicker(Ticker time) {
    return new ServiceOptions(
        name, workers, queueLimit, retry, periodic, environment.withTicker(time), onHealth);
  }

  public ServiceOptions withThreads(ThreadFactory factory) {
    return new ServiceOptions(
        name, workers, queueLimit, retry, periodic, environment.withThreads(factory), onHealth);
  }

  public ServiceOptions onHealth(Consumer<ServiceHealth> listener) {
    return new ServiceOptions(name, workers, queueLimit, retry, periodic, environment, listener);
  }
}
