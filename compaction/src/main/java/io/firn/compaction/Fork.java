package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.service.BackgroundService;
import io.firn.service.WorkOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of one job, done by the calling thread and whoever else is free. The caller takes every
 * piece that nobody else has begun, so that it waits only for work in progress, and no helper is
 * needed at all.
 */
final class Fork<T> {

  private final List<Callable<T>> pieces;
  private final List<T> results = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  @GuardedBy("lock")
  private int next;

  @GuardedBy("lock")
  private int active;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  @GuardedBy("lock")
  private final @Nullable Object[] done;

  private Fork(List<Callable<T>> pieces) {
    this.pieces = pieces;
    this.done = new @Nullable Object[pieces.size()];
  }

  /** What pieces returned, null where one failed or was not begun, and the first failure. */
  record Outcome<T>(List<T> results, @Nullable Throwable failure) {}

  /** Does all pieces with the help of free workers; once one has failed no further one is begun. */
  static <T> Outcome<T> join(List<Callable<T>> pieces, BackgroundService workers) {
    return join(pieces, workers, new WaitingCallers());
  }

  /** As {@link #join(List, BackgroundService)}, and with the help of callers who wait. */
  static <T> Outcome<T> join(
      List<Callable<T>> pieces, BackgroundService workers, WaitingCallers callers) {
    Fork<T> fork = new Fork<>(pieces);
    fork.offer(workers);
    callers.invite(fork);
    try {
      fork.work();
    } finally {
      callers.withdraw(fork);
    }
    return fork.await();
  }

  private void offer(BackgroundService workers) {
    for (int i = 1; i < pieces.size(); i++) {
      boolean accepted =
          workers
              .offer(new Object(), context -> work() ? WorkOutcome.DONE : WorkOutcome.SKIPPED)
              .accepted();
      if (!accepted) {
        return;
      }
    }
  }

  /** Does pieces until all are begun; false if there was none. */
  boolean work() {
    boolean any = false;
    for (int piece = claim(); piece >= 0; piece = claim()) {
      T result = null;
      Throwable error = null;
      try {
        result = pieces.get(piece).call();
      } catch (Throwable e) {
        error = e;
      }
      end(piece, result, error);
      any = true;
    }
    return any;
  }

  private int claim() {
    lock.lock();
    try {
      if (failure != null || next == pieces.size()) {
        return -1;
      }
      active++;
      return next++;
    } finally {
      lock.unlock();
    }
  }

  private void end(int piece, @Nullable T result, @Nullable Throwable error) {
    lock.lock();
    try {
      active--;
      done[piece] = result;
      if (error != null) {
        if (failure == null) {
          failure = error;
        } else {
          failure.addSuppressed(error);
        }
      }
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Outcome<T> await() {
    lock.lock();
    try {
      while (active > 0) {
        ended.awaitUninterruptibly();
      }
      for (Object result : done) {
        if (result != null) {
          @SuppressWarnings("unchecked") // Only end() puts anything there.
          T typed = (T) result;
          results.add(typed);
        }
      }
      return new Outcome<>(results, failure);
    } finally {
      lock.unlock();
    }
  }
}
