package io.firn.reliability;

import io.firn.service.Ticker;
import java.util.Random;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The machine's time, but the clock of the wall is up to a day ahead or behind, at each look. */
final class SteppingClock implements Ticker {

  private static final int DAY_MILLIS = 86_400_000;

  private final Ticker system = Ticker.system();
  private final Random random;

  SteppingClock(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public long nanoTime() {
    return system.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return system.currentTimeMillis() + random.nextInt(2 * DAY_MILLIS) - DAY_MILLIS;
  }

  @Override
  public void awaitUntil(Lock lock, Condition condition, long deadlineNanos)
      throws InterruptedException {
    system.awaitUntil(lock, condition, deadlineNanos);
  }
}
