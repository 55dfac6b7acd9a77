package io.firn.benchmarks.reference;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a store does behind the scenes and tells nobody about. */
final class Waiting {

  private static final Duration LOOK_EVERY = Duration.ofMillis(2);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Waiting() {}

  /**
   * Looks again and again until a condition holds.
   *
   * @throws IllegalStateException if it does not in ten minutes
   */
  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException("Waited in vain until " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }
}
