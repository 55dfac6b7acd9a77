package io.firn.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps maintenance out of the way of exclusive operations: a schema change, a refresh, a close.
 * Maintenance enters together with other maintenance, and skips its turn if something exclusive
 * runs or waits. After a number of skips in a row it waits a bounded time, and while it waits no
 * further exclusive operation is let in before it, so neither side starves.
 *
 * <p>Safe for use by many threads. A pass may be closed by another thread than the one that got it.
 */
public final class MaintenanceGate {

  /** Permission to be inside; closing leaves. Closing again does nothing. */
  public final class Pass implements AutoCloseable {
    private final boolean exclusive;

    @GuardedBy("lock")
    private boolean left;

    private Pass(boolean exclusive) {
      this.exclusive = exclusive;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (!left) {
          left = true;
          if (exclusive) {
            exclusiveInside = false;
          } else {
            inside--;
          }
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private final Ticker ticker;
  private final int skipsBeforeWaiting;
  private final long patienceNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private int inside;

  @GuardedBy("lock")
  private boolean exclusiveInside;

  @GuardedBy("lock")
  private int exclusiveWaiting;

  @GuardedBy("lock")
  private int patientWaiting;

  @GuardedBy("lock")
  private int skipsInARow;

  private final LongAdder skips = new LongAdder();

  /**
   * @param skipsBeforeWaiting after this many skips in a row maintenance waits
   * @param patience how long it then waits at most
   */
  public MaintenanceGate(Ticker ticker, int skipsBeforeWaiting, Duration patience) {
    this.ticker = ticker;
    this.skipsBeforeWaiting = skipsBeforeWaiting;
    this.patienceNanos = patience.toNanos();
  }

  /** Enters for maintenance, or returns null: busy, skip this turn. */
  public @Nullable Pass tryEnter() {
    lock.lock();
    try {
      if (!exclusiveInside && exclusiveWaiting == 0) {
        return admit();
      }
      if (skipsInARow >= skipsBeforeWaiting && awaitTurn()) {
        return admit();
      }
      skipsInARow++;
      skips.increment();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Enters for maintenance that somebody has asked for and waits for: at its turn, which no further
   * exclusive operation takes away. Uninterruptible.
   */
  public Pass enter() {
    lock.lock();
    try {
      patientWaiting++;
      try {
        while (exclusiveInside) {
          changed.awaitUninterruptibly();
        }
      } finally {
        patientWaiting--;
        changed.signalAll();
      }
      return admit();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Pass admit() {
    inside++;
    skipsInARow = 0;
    return new Pass(false);
  }

  @GuardedBy("lock")
  private boolean awaitTurn() {
    long deadline = ticker.nanoTime() + patienceNanos;
    boolean interrupted = false;
    patientWaiting++;
    try {
      while (exclusiveInside && deadline - ticker.nanoTime() > 0) {
        try {
          ticker.awaitUntil(lock, changed, deadline);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return !exclusiveInside;
    } finally {
      patientWaiting--;
      changed.signalAll();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Enters alone, waiting until everybody has left. Uninterruptible. */
  public Pass enterExclusive() {
    lock.lock();
    try {
      exclusiveWaiting++;
      try {
        while (exclusiveInside || inside > 0 || patientWaiting > 0) {
          changed.awaitUninterruptibly();
        }
      } finally {
        exclusiveWaiting--;
      }
      exclusiveInside = true;
      return new Pass(true);
    } finally {
      lock.unlock();
    }
  }

  /** How many wait for their turn of maintenance. */
  int patient() {
    lock.lock();
    try {
      return patientWaiting;
    } finally {
      lock.unlock();
    }
  }

  /** How often maintenance has skipped its turn. */
  public long skips() {
    return skips.sum();
  }
}
