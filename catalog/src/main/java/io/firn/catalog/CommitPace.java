package io.firn.catalog;

import java.util.concurrent.locks.LockSupport;

/**
 * The gaps between an owner's commits that a job beside it can commit in. Its commits take longer
 * to prepare than a flush, so that beside flushes without pause each of them would come second.
 * Used by one thread at a time.
 */
final class CommitPace {

  private static final long GAP_NANOS_MIN = 100_000_000;

  /** Whoever flushes waits no longer, however long a commit took. */
  private static final long GAP_NANOS_MAX = 5_000_000_000L;

  /** A gap is so many times as long as the commit before it. */
  private static final int GAP_COMMITS = 2;

  private long gapEndNanos = System.nanoTime();

  /** A commit that began at a time has ended now. */
  void ended(long startNanos) {
    long now = System.nanoTime();
    gapEndNanos = now + gapNanos(now - startNanos);
  }

  /** The gap after a commit that took so long. */
  static long gapNanos(long commitNanos) {
    return Math.max(GAP_NANOS_MIN, Math.min(GAP_NANOS_MAX, GAP_COMMITS * commitNanos));
  }

  /** Waits until the gap after the last commit is over. Not interruptible. */
  void awaitGap() {
    boolean interrupted = false;
    for (long left = left(); left > 0; left = left()) {
      LockSupport.parkNanos(this, left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private long left() {
    return gapEndNanos - System.nanoTime();
  }
}
