package io.firn.engine.internal.wal;

import io.firn.service.BackgroundService;
import io.firn.service.RetryPolicy;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
import io.firn.service.WorkOutcome;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Has what gathers in a log written by a thread of its own: an interval after the first batch that
 * waits for it, or at once when much has gathered. It runs on the appending threads if there is no
 * other. Safe for use by many.
 */
final class BackgroundSync {

  private static final String SYNC = "sync";
  private static final String WRITE = "write";

  private final BackgroundService service;
  private final Duration interval;
  private final Consumer<LogSync> write;

  private volatile boolean syncWanted;
  private volatile boolean syncScheduled;
  private volatile boolean writeScheduled;

  /**
   * @param interval how long a batch may wait
   * @param write writes what has gathered, and syncs it with {@link LogSync#NOW}; what it throws
   *     has to be known to the log, for it is not run again
   */
  BackgroundSync(ServiceEnvironment environment, Duration interval, Consumer<LogSync> write) {
    this.interval = interval;
    this.write = write;
    Duration never = Duration.ofDays(1);
    this.service =
        new BackgroundService(
            ServiceOptions.named("wal-sync")
                .in(environment)
                .withRetry(new RetryPolicy(never, never, 1, error -> true)));
  }

  void start() {
    service.start();
  }

  /**
   * A batch has gathered that nobody waits for: writes it within the interval, synced if wanted.
   */
  void appended(LogSync sync) {
    // Asked before they are written, which costs every append a fence. Who finds one set has
    // appended before it is cleared, and what was appended by then is written after that.
    if (sync == LogSync.SOON && !syncWanted) {
      syncWanted = true;
    }
    if (!syncScheduled) {
      syncScheduled = true;
      service.offerAfter(interval, SYNC, context -> runScheduled());
    }
    service.runInline();
  }

  private WorkOutcome runScheduled() {
    // Cleared before the buffer is taken: a batch appended from here on schedules anew.
    syncScheduled = false;
    boolean sync = syncWanted;
    if (sync) {
      // Not otherwise: it may be asked for by now, by a batch that this run will not sync.
      syncWanted = false;
    }
    write.accept(sync ? LogSync.NOW : LogSync.NEVER);
    return WorkOutcome.DONE;
  }

  /** Much has gathered: writes it now, so that those who append need not. */
  void writeNow() {
    if (!writeScheduled) {
      writeScheduled = true;
      service.offer(
          WRITE,
          context -> {
            writeScheduled = false;
            write.accept(LogSync.NEVER);
            return WorkOutcome.DONE;
          });
    }
    service.runInline();
  }

  void stop() {
    service.stop();
  }

  ServiceHealth health() {
    return service.health();
  }

  ServiceStats stats() {
    return service.stats();
  }
}
