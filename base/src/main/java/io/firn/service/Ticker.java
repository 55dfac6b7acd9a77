package io.firn.service;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Time as services see it: they neither sleep nor read another clock, so tests drive them. */
public interface Ticker {

  /** Monotonic nanoseconds from an arbitrary origin; compare by difference only. */
  long nanoTime();

  /** Milliseconds since the epoch, for people to read. */
  long currentTimeMillis();

  /**
   * Waits until the condition is signalled or {@link #nanoTime()} reaches the deadline; may return
   * earlier. The caller holds the lock and has just tested what it waits for.
   */
  void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException;

  /** The clocks of this machine. */
  static Ticker system() {
    return SystemTicker.INSTANCE;
  }
}
