package io.firn.engine.internal.wal;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads parked until somebody has finished a write to the log. A thread registers, then looks
 * again whether it still has to wait, then parks; whoever finishes wakes all.
 */
final class DurabilityWaiters {

  private final ConcurrentLinkedQueue<Thread> parked = new ConcurrentLinkedQueue<>();

  void register() {
    parked.add(Thread.currentThread());
  }

  void unregister() {
    parked.remove(Thread.currentThread());
  }

  void wakeAll() {
    for (Thread thread = parked.poll(); thread != null; thread = parked.poll()) {
      LockSupport.unpark(thread);
    }
  }

  /** Parks; true if it ended because of an interrupt, which is cleared. */
  boolean park() {
    LockSupport.park(this);
    return Thread.interrupted();
  }
}
