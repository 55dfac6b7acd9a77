package io.firn.engine;

import io.firn.error.ClosedException;
import io.firn.error.StorageException;
import io.firn.service.BackgroundService;
import io.firn.service.Offer;
import io.firn.service.RetryPolicy;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
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

  /** Set when work was queued that no thread of the service will do. */
  private volatile boolean inlineWork;

  FlushService(
      TableState state, FailureLatch failures, FlushPipeline pipeline, FirnOptions options) {
    this.state = state;
    this.failures = failures;
    this.pipeline = pipeline;
    Duration interval = Duration.ofMillis(options.value(OptionKey.FLUSH_INTERVAL_MILLIS));
    this.service =
        new BackgroundService(
            ServiceOptions.named("firn-flush")
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
    Offer offer = service.offer("memtable " + flush.memtable().id(), pipeline::run);
    if (offer == Offer.INLINE) {
      inlineWork = true;
    }
    // A refused offer loses nothing: the memtable stays pending, and every later flush commits it
    // too.
  }

  /**
   * Does queued work on the calling thread if the service has no thread that could. Call it without
   * any lock.
   */
  void runInlineIfNeeded() {
    if (inlineWork) {
      int ignored = service.runDue();
    }
  }

  /**
   * Waits until nothing is pending.
   *
   * @throws StorageException if a flush keeps failing, or the time is over
   */
  void awaitDrained(long nanos) throws InterruptedException {
    long start = System.nanoTime();
    while (true) {
      SuperVersion view = state.peek();
      if (view == null) {
        throw new ClosedException("The table was closed before its flush was done");
      }
      if (view.pending().isEmpty()) {
        return;
      }
      failures.check();
      PendingFlush oldest = view.pending().get(0);
      long left = nanos - (System.nanoTime() - start);
      boolean failing = oldest.failures() >= PendingFlush.FAILURES_REPORTED;
      if (failing || left <= 0) {
        Throwable cause = oldest.lastFailure();
        throw new StorageException(
            "Not everything could be flushed; the rows are safe in the log and will be in the table after the next"
                + " open"
                + (cause == null ? "" : ": " + cause.getMessage()),
            cause);
      }
      state.awaitInstall(view, left);
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
}
