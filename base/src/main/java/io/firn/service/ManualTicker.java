package io.firn.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Time that moves only when told to, for tests. {@link #advance} wakes everybody who waits for a
 * deadline. It takes the locks of the waiters, so the caller must hold none of them.
 */
public final class ManualTicker implements Ticker {

  private static final class Waiter {
    final Lock lock;
    final Condition condition;
    final long deadlineNanos;

    Waiter(Lock lock, Condition condition, long deadlineNanos) {
      this.lock = lock;
      this.condition = condition;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private final Object mutex = new Object();

  @GuardedBy("mutex")
  private final List<Waiter> waiters = new ArrayList<>();

  private volatile long nanos;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public long currentTimeMillis() {
    return nanos / 1_000_000;
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // The contract lets it return early; callers loop.
  public void awaitUntil(Lock lock, Condition condition, long deadlineNanos)
      throws InterruptedException {
    Waiter waiter = new Waiter(lock, condition, deadlineNanos);
    synchronized (mutex) {
      waiters.add(waiter);
      mutex.notifyAll();
    }
    try {
      // The time is read after registering: an advance sees the waiter, or the waiter sees the
      // advance.
      if (deadlineNanos - nanos > 0) {
        condition.await();
      }
    } finally {
      synchronized (mutex) {
        waiters.remove(waiter);
      }
    }
  }

  /** Moves time forward and wakes those who wait for a deadline. */
  public void advance(Duration by) {
    List<Waiter> waiting;
    synchronized (mutex) {
      nanos += by.toNanos();
      waiting = List.copyOf(waiters);
    }
    for (Waiter waiter : waiting) {
      waiter.lock.lock();
      try {
        waiter.condition.signalAll();
      } finally {
        waiter.lock.unlock();
      }
    }
  }

  /** Waits, in real time, until this many threads wait for a deadline that is not reached yet. */
  public void awaitWaiters(int count) throws InterruptedException {
    synchronized (mutex) {
      while (waiters.stream().filter(w -> w.deadlineNanos - nanos > 0).count() < count) {
        mutex.wait();
      }
    }
  }
}
