package io.firn.catalog;

import java.util.concurrent.locks.LockSupport;

/**
 * The gaps between an owner's commits that a job beside it can commit in. Its commits take longer
 * to prepare than a flush, and beside flushes without pause each of them would come second. How
 * much longer the owner cannot know: every second gap is twice as long, every fourth four times,
 * and so on by the ruler function, so that a job soon meets one that is long enough for it, and
 * gaps longer than it needs are few. Used by one thread at a time.
 */
final class CommitPace {

  private static final long GAP_NANOS_MIN = 100_000_000;

  /** Whoever flushes waits no longer, however long a commit took. */
  private static final long GAP_NANOS_MAX = 5_000_000_000L;

  /** The shortest gap is so many times as long as the commit before it. */
  private static final int GAP_COMMITS = 2;

  /** The longest gap is two to this power times the shortest. */
  private static final int DOUBLINGS_MAX = 5;

  private long gapEndNanos = System.nanoTime();
  private long commits;

  /** A commit that began at a time has ended now. */
  void ended(long startNanos) {
    long now = System.nanoTime();
    gapEndNanos = now + gapNanos(++commits, now - startNanos);
  }

  /** The gap after the n-th commit, from 1 on, if that took so long. */
  static long gapNanos(long n, long commitNanos) {
    int doublings = Math.min(DOUBLINGS_MAX, Long.numberOfTrailingZeros(n));
    long shortest = Math.max(GAP_NANOS_MIN, Math.min(GAP_NANOS_MAX, GAP_COMMITS * commitNanos));
    return Math.min(GAP_NANOS_MAX, shortest << doublings);
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
