package io.firn.service;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The clocks of this machine. */
enum SystemTicker implements Ticker {
  INSTANCE;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return System.currentTimeMillis();
  }

  @Override
  // The contract lets it return early; callers loop and ask for the time themselves.
  @SuppressWarnings({"WaitNotInLoop", "ReturnValueIgnored"})
  public void awaitUntil(Lock lock, Condition condition, long deadlineNanos)
      throws InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    if (left > 0) {
      condition.awaitNanos(left);
    }
  }
}
