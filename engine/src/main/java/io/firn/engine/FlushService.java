package io.firn.engine;

import io.firn.catalog.Version;
import io.firn.error.ClosedException;
import io.firn.error.CommitConflictException;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.service.BackgroundService;
import io.firn.service.Offer;
import io.firn.service.RetryPolicy;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
import io.firn.service.WorkContext;
import io.firn.service.WorkOutcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The pool of workers that run the {@link FlushPipeline}, and the timer that rotates a memtable
 * that is not full in time.
 */
final class FlushService {

  private static final String TIMER = "flush timer";

  private final TableState state;
  private final FailureLatch failures;
  private final FlushPipeline pipeline;
  private final BackgroundService service;
  private volatile @Nullable WritePath writes;

  FlushService(EngineParts parts, FlushPipeline pipeline) {
    this.state = parts.state();
    this.failures = parts.failures();
    this.pipeline = pipeline;
    FirnOptions options = parts.options();
    Duration interval = Duration.ofMillis(options.value(OptionKey.FLUSH_INTERVAL_MILLIS));
    this.service =
        new BackgroundService(
            ServiceOptions.named("flush")
                .in(parts.environment())
                .withWorkers(options.intValue(OptionKey.FLUSH_WORKERS))
                .withRetry(retry())
                .every(
                    interval.dividedBy(4).plusNanos(1),
                    TIMER,
                    context -> rotateIfDue(interval.toNanos() * 3 / 4)));
  }

  /**
   * The first retry comes soon, since writers may be waiting; a full disk is tried every five
   * seconds.
   */
  private static RetryPolicy retry() {
    return new RetryPolicy(
        Duration.ofMillis(20),
        Duration.ofSeconds(5),
        RetryPolicy.STANDARD.unhealthyAfter(),
        RetryPolicy.STANDARD.fatal());
  }

  /**
   * Starts the workers.
   *
   * @param path whose memtable the timer rotates
   */
  void start(WritePath path) {
    writes = path;
    service.start();
  }

  private WorkOutcome rotateIfDue(long nanos) {
    WritePath path = writes;
    return path != null && path.rotateIfOlder(nanos) ? WorkOutcome.DONE : WorkOutcome.SKIPPED;
  }

  /** Hands a memtable over. Never blocks, so it may be called under the write gate. */
  void offer(PendingFlush flush) {
    Offer ignored = service.offer("memtable " + flush.memtable().id(), pipeline::run);
    // A refused offer loses nothing: the memtable stays pending, and every later flush commits it
    // too.
  }

  /** Has what other engines have left settled soon. Never blocks. */
  void offerSettlement() {
    Offer ignored = service.offer("settlement", context -> pipeline.settle());
  }

  /**
   * Does on the calling thread what is queued or due, if the service has no thread that could. Call
   * it without any lock.
   */
  void runInline() {
    service.runInline();
  }

  /**
   * Waits until every write up to a sequence number is in the table's files. If the flush has
   * failed before, it is tried on the calling thread, so that the caller learns at once whether it
   * still does.
   *
   * @param rotate brings writes of the active memtable on their way; called once if need be
   * @throws StorageException if the flush fails
   * @throws WriteStalledException if the time is over
   */
  FlushResult awaitFlushed(long sequence, long nanos, Runnable rotate) {
    long start = System.nanoTime();
    boolean rotated = false;
    PendingFlush tried = null;
    int failuresSeen = 0;
    while (true) {
      long seen = state.changes();
      SuperVersion view = state.peek();
      if (view == null) {
        throw new ClosedException("The table was closed before its flush was done");
      }
      if (view.flushedSequence() >= sequence) {
        Version version = view.files().version();
        return new FlushResult(version.snapshotId(), version.flushedSequence());
      }
      failures.check();
      if (!rotated) {
        rotated = true;
        rotate.run();
        continue;
      }
      PendingFlush oldest = view.pending().isEmpty() ? null : view.pending().get(0);
      if (oldest != null && oldest.failures() > (oldest == tried ? failuresSeen : 0)) {
        tried = oldest;
        failuresSeen = oldest.failures();
        retryNow();
        continue;
      }
      long left = nanos - (System.nanoTime() - start);
      if (left <= 0) {
        throw new WriteStalledException(
            "The write at sequence " + sequence + " was not in an Iceberg snapshot in time");
      }
      try {
        state.awaitChange(seen, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WriteStalledException("Interrupted while waiting for a flush", e);
      }
    }
  }

  /** As {@link #awaitFlushed}; an interrupt is kept for the caller and shortens nothing. */
  void awaitFlushedUninterruptibly(long sequence, long nanos) {
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          FlushResult ignored =
              awaitFlushed(sequence, nanos - (System.nanoTime() - start), () -> {});
          return;
        } catch (WriteStalledException e) {
          if (!(e.getCause() instanceof InterruptedException)) {
            throw e;
          }
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void retryNow() {
    try {
      WorkOutcome ignored = pipeline.run(CallerContext.INSTANCE);
    } catch (StorageException | CommitConflictException e) {
      throw new StorageException(
          "The flush failed and is tried again in the background; the rows are safe in the log", e);
    }
  }

  void stop() {
    service.stop();
  }

  FlushPipeline pipeline() {
    return pipeline;
  }

  ServiceStats stats() {
    return service.stats();
  }

  ServiceHealth health() {
    return service.health();
  }

  /** A flush on a caller's thread: nobody stops it, nobody counts its bytes. */
  private enum CallerContext implements WorkContext {
    INSTANCE;

    @Override
    public boolean stopRequested() {
      return false;
    }

    @Override
    public int attempts() {
      return 0;
    }

    @Override
    public void addBytesIn(long bytes) {}

    @Override
    public void addBytesOut(long bytes) {}
  }
}
