package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.service.RetryPolicy;
import io.firn.storage.StoragePaths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Files that no retained snapshot names, each with the time before which it must stay. A file is on
 * the list at most once and leaves it only when it is gone. The list lives in memory; what is on it
 * when a process ends is found again as an orphan. Safe for use by many threads.
 */
public final class PendingDeletions {

  private static final class Entry {
    long dueNanos;
    int attempts;

    Entry(long dueNanos) {
      this.dueNanos = dueNanos;
    }
  }

  private final RetryPolicy retry;

  @GuardedBy("this")
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private volatile int size;

  /**
   * @param retry when a file that could not be deleted is tried again
   */
  public PendingDeletions(RetryPolicy retry) {
    this.retry = retry;
  }

  /**
   * Adds files. One that is on the list already keeps its time.
   *
   * @param nowNanos the time now
   * @param grace how long they stay at least
   * @return how many were new
   */
  public synchronized int add(Collection<String> paths, long nowNanos, Duration grace) {
    int before = entries.size();
    for (String path : paths) {
      entries.computeIfAbsent(path, added -> new Entry(nowNanos + grace.toNanos()));
    }
    size = entries.size();
    return size - before;
  }

  /** How many files are on the list. Takes no lock. */
  public int size() {
    return size;
  }

  /** The files on the list. */
  public synchronized Set<String> paths() {
    return Set.copyOf(entries.keySet());
  }

  /** The files whose time has come, by directory. */
  synchronized List<String> due(long nowNanos) {
    List<String> due = new ArrayList<>();
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      if (entry.getValue().dueNanos - nowNanos <= 0) {
        due.add(entry.getKey());
      }
    }
    due.sort(Comparator.comparing(StoragePaths::parent).thenComparing(Comparator.naturalOrder()));
    return due;
  }

  /** How many files are due, pinned ones included. */
  synchronized int dueCount(long nowNanos) {
    int count = 0;
    for (Entry entry : entries.values()) {
      count += entry.dueNanos - nowNanos <= 0 ? 1 : 0;
    }
    return count;
  }

  /** When the next file is due, whether pinned or not; empty if there is none. */
  synchronized OptionalLong nextDueNanos(long nowNanos) {
    long least = Long.MAX_VALUE;
    for (Entry entry : entries.values()) {
      least = Math.min(least, entry.dueNanos - nowNanos);
    }
    return entries.isEmpty() ? OptionalLong.empty() : OptionalLong.of(nowNanos + least);
  }

  /** The file is gone. */
  synchronized void done(String path) {
    entries.remove(path);
    size = entries.size();
  }

  /** The file could not be deleted: it stays, and waits longer after each failure. */
  synchronized void failed(String path, long nowNanos) {
    Entry entry = entries.get(path);
    if (entry != null) {
      entry.attempts++;
      entry.dueNanos = nowNanos + retry.delay(entry.attempts).toNanos();
    }
  }
}
