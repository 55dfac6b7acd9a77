package io.firn.testkit;

import io.firn.service.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The system's clock, with a calendar that is ahead of the machine's, or behind.
 *
 * @param by how far ahead; negative if behind
 */
public record ShiftedTicker(Duration by) implements Ticker {

  @Override
  public long nanoTime() {
    return Ticker.system().nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return Ticker.system().currentTimeMillis() + by.toMillis();
  }

  @Override
  public void awaitUntil(Lock lock, Condition condition, long deadlineNanos)
      throws InterruptedException {
    Ticker.system().awaitUntil(lock, condition, deadlineNanos);
  }
}
