package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The files that somebody in this process needs: open versions, snapshots and scans, and flushes
 * that have not committed. Safe for use by many threads; nothing else is locked under its lock.
 */
final class FilePins {

  @GuardedBy("this")
  private final Map<String, Integer> counts = new HashMap<>();

  synchronized void pin(String path) {
    counts.merge(path, 1, Integer::sum);
  }

  synchronized void unpin(String path) {
    counts.computeIfPresent(path, (key, count) -> count == 1 ? null : count - 1);
  }

  synchronized Set<String> paths() {
    return new HashSet<>(counts.keySet());
  }
}
