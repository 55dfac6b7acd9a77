package io.firn.service;

import io.firn.service.ServiceHealth.Level;
import io.firn.service.WorkQueue.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Derives a service's health from its failing units and missing threads. The updating methods are
 * called under the service's lock; {@link #publish} and {@link #health} without.
 */
final class HealthTracker {

  private final ServiceOptions options;
  private final List<String> fatal = new ArrayList<>();
  private @Nullable String missing;
  private volatile ServiceHealth health = ServiceHealth.HEALTHY;
  private final Object publication = new Object();
  private ServiceHealth published = ServiceHealth.HEALTHY;

  HealthTracker(ServiceOptions options) {
    this.options = options;
  }

  void reset() {
    fatal.clear();
    missing = null;
    update(List.of());
  }

  void missingWorkers(int count, Throwable error) {
    missing = count + " of " + options.workers() + " worker threads could not be started: " + error;
    update(List.of());
  }

  void fatal(Object key, Throwable error) {
    if (fatal.size() < 10) {
      fatal.add(key + " failed for good: " + error);
    }
  }

  void update(Collection<Entry> entries) {
    Level level = Level.HEALTHY;
    List<String> reasons = new ArrayList<>(0);
    if (missing != null) {
      level = Level.DEGRADED;
      reasons.add(options.name() + ": " + missing);
    }
    for (Entry entry : entries) {
      if (entry.attempts > 0) {
        Level of =
            entry.attempts >= options.retry().unhealthyAfter() ? Level.UNHEALTHY : Level.DEGRADED;
        level = of.compareTo(level) > 0 ? of : level;
        reasons.add(
            options.name()
                + ": "
                + entry.key
                + " failed "
                + entry.attempts
                + " times in a row, last: "
                + entry.lastError);
      }
    }
    if (!fatal.isEmpty()) {
      level = Level.UNHEALTHY;
      fatal.forEach(reason -> reasons.add(options.name() + ": " + reason));
    }
    health = reasons.isEmpty() ? ServiceHealth.HEALTHY : new ServiceHealth(level, reasons);
  }

  ServiceHealth health() {
    return health;
  }

  /** Tells the listener if the level has changed since it was told last. */
  void publish() {
    ServiceHealth now;
    synchronized (publication) {
      now = health;
      if (now.level() == published.level()) {
        return;
      }
      published = now;
    }
    options.onHealth().accept(now);
  }
}
