package io.firn.engine;

import io.firn.service.BackgroundService;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
import io.firn.service.WorkOutcome;

/**
 * The threads that read ahead for scans. They are a help and never needed: whoever reads a scan
 * does himself what none of them has done yet, also when there are none, or no more after {@link
 * #close}.
 */
final class ScanWorkers implements AutoCloseable {

  private final BackgroundService service;
  private final int threads;

  /** Starts the threads. */
  ScanWorkers(FirnOptions options, ServiceEnvironment environment) {
    this.threads = options.intValue(OptionKey.SCAN_WORKERS);
    this.service =
        new BackgroundService(ServiceOptions.named("scan").in(environment).withWorkers(threads));
    service.start();
  }

  /** How many parts of a scan are worth having open at once. */
  int parallelism() {
    return threads + 1;
  }

  /** Has a part read ahead by a thread that is free, if one is. Never blocks. */
  void offer(ScanPart part, Runnable readAhead) {
    if (threads > 0 && !service.isInline()) {
      var ignored =
          service.offer(
              part,
              context -> {
                readAhead.run();
                return WorkOutcome.DONE;
              });
    }
  }

  ServiceStats stats() {
    return service.stats();
  }

  @Override
  public void close() {
    service.close();
  }
}
