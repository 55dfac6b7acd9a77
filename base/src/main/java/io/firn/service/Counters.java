package io.firn.service;

import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The figures a service keeps, written and read without its lock. */
final class Counters {

  private record Failure(Instant at, String what) {}

  final LongAdder done = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder merged = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder abandoned = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  private volatile @Nullable Instant lastSuccess;
  private volatile @Nullable Failure lastFailure;

  void success(long atMillis) {
    lastSuccess = Instant.ofEpochMilli(atMillis);
  }

  void failure(long atMillis, String what) {
    lastFailure = new Failure(Instant.ofEpochMilli(atMillis), what);
    failed.increment();
  }

  ServiceStats stats(
      ServiceOptions options, ServiceState state, int workers, int active, int queued) {
    Failure failure = lastFailure;
    return new ServiceStats(
        options.name(),
        state,
        options.workers() > 0,
        options.periodic().stream()
            .map(ServiceOptions.Periodic::interval)
            .min(java.time.Duration::compareTo)
            .orElse(null),
        workers,
        active,
        queued,
        done.sum(),
        skipped.sum(),
        failed.sum(),
        merged.sum(),
        refused.sum(),
        abandoned.sum(),
        lastSuccess,
        failure == null ? null : failure.at(),
        failure == null ? null : failure.what(),
        bytesIn.sum(),
        bytesOut.sum());
  }
}
