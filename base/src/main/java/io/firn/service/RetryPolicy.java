package io.firn.service;

import io.firn.error.ClosedException;
import io.firn.error.CorruptionException;
import io.firn.error.FencedException;
import io.firn.error.InvalidArgumentException;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * When a failed unit runs again. The n-th failure in a row delays the unit by {@code first} times
 * two to the power of n - 1, at most {@code longest}. From {@code unhealthyAfter} failures on the
 * service is unhealthy, and the unit goes on being tried at the longest delay, so that a disk that
 * was full and has room again is noticed.
 *
 * @param first delay after the first failure
 * @param longest upper bound of the delay
 * @param unhealthyAfter failures in a row after which the service is unhealthy
 * @param fatal errors that no retry can cure: the unit is dropped and the service is unhealthy
 *     until it is started again
 */
public record RetryPolicy(
    Duration first, Duration longest, int unhealthyAfter, Predicate<Throwable> fatal) {

  /**
   * 100 ms to 10 s, unhealthy after 5; fencing, corruption, closing and bad arguments are fatal.
   */
  public static final RetryPolicy STANDARD =
      new RetryPolicy(Duration.ofMillis(100), Duration.ofSeconds(10), 5, RetryPolicy::incurable);

  public RetryPolicy {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new InvalidArgumentException(
          "A retry needs 0 < first <= longest, not " + first + " and " + longest);
    }
    if (unhealthyAfter < 1) {
      throw new InvalidArgumentException("unhealthyAfter must be positive, not " + unhealthyAfter);
    }
  }

  /** The delay after this many failures in a row. */
  public Duration delay(int failures) {
    long nanos = first.toNanos();
    long limit = longest.toNanos();
    for (int i = 1; i < failures && nanos < limit; i++) {
      nanos = nanos > limit / 2 ? limit : nanos * 2;
    }
    return Duration.ofNanos(nanos);
  }

  private static boolean incurable(Throwable error) {
    return error instanceof FencedException
        || error instanceof CorruptionException
        || error instanceof ClosedException
        || error instanceof InvalidArgumentException;
  }
}
