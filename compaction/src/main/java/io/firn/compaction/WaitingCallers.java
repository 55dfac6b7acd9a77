package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for a request, and meanwhile do pieces of the jobs in progress: who waits for a
 * compaction has a processor to spare for it. Safe for use by many threads.
 */
final class WaitingCallers {

  private final ReentrantLock lock = new ReentrantLock();

  /** A fork has come, or the end of a request. */
  private final Condition changed = lock.newCondition();

  /** Forks that may have pieces nobody has begun, the oldest first. */
  @GuardedBy("lock")
  private final Deque<Fork<?>> open = new ArrayDeque<>();

  /** Asks those who wait to take pieces of a fork, until it is withdrawn. */
  void invite(Fork<?> fork) {
    lock.lock();
    try {
      open.addLast(fork);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever is at a piece ends it. */
  void withdraw(Fork<?> fork) {
    lock.lock();
    try {
      open.remove(fork);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when a request has ended, however it ended, and the piece that the calling thread was
   * at. Not interruptible.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // Only a signal hangs on it.
  void awaitHelping(CompletableFuture<Void> request) {
    request.whenComplete((nothing, failure) -> signal());
    for (Fork<?> fork = next(request); fork != null; fork = next(request)) {
      fork.work();
      withdraw(fork);
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a fork; null once the request has ended. */
  private @Nullable Fork<?> next(CompletableFuture<Void> request) {
    lock.lock();
    try {
      while (!request.isDone() && open.isEmpty()) {
        changed.awaitUninterruptibly();
      }
      return request.isDone() ? null : open.peekFirst();
    } finally {
      lock.unlock();
    }
  }
}
