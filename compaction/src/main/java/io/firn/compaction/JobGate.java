package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Counts running jobs, so that a request for the whole table can wait for them and keep new ones
 * out. Every end of a job wakes whoever waits. All waits are uninterruptible and wait for nothing
 * but the end of jobs, which give up at their next safe point when the service stops.
 */
final class JobGate {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private int running;

  @GuardedBy("lock")
  private boolean exclusive;

  @GuardedBy("lock")
  private long ended;

  /** Lets a job in, unless somebody has the table to themselves. */
  boolean tryEnter() {
    lock.lock();
    try {
      if (exclusive) {
        return false;
      }
      running++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      running--;
      ended++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the table: no other job runs when this returns true, and none starts until {@link
   * #leaveExclusive}. False if the service stops first.
   */
  boolean enterExclusive(BooleanSupplier stopRequested) {
    lock.lock();
    try {
      while (exclusive && !stopRequested.getAsBoolean()) {
        changed.awaitUninterruptibly();
      }
      if (exclusive) {
        return false;
      }
      exclusive = true;
      while (running > 0) {
        changed.awaitUninterruptibly();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leaveExclusive() {
    lock.lock();
    try {
      exclusive = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many jobs have ended so far. */
  long ended() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until more jobs have ended than so many; at once if none is running. */
  void awaitEnd(long since) {
    lock.lock();
    try {
      while (ended == since && running > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  int running() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }
}
