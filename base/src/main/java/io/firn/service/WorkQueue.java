package io.firn.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a service has to do: units by key, ready in order of arrival or waiting for their time. Not
 * thread-safe; the service's lock guards it and its entries.
 */
final class WorkQueue {

  enum Phase {
    /** Waits for its time; a request brings it forward. */
    SCHEDULED,
    /** Waits for its backoff to end; nothing brings it forward. */
    RETRYING,
    READY,
    RUNNING
  }

  static final class Entry {
    final Object key;

    /** Zero for work that is not periodic. */
    final long periodNanos;

    WorkUnit unit;
    Phase phase = Phase.SCHEDULED;
    long dueNanos;
    int attempts;
    @Nullable String lastError;

    /** Requested while running; due at {@code dueNanos}. */
    boolean again;

    /** Who waits for a run that has not begun yet. */
    List<CompletableFuture<Void>> waiters = new ArrayList<>();

    private long arrival;

    Entry(Object key, WorkUnit unit, long periodNanos) {
      this.key = key;
      this.unit = unit;
      this.periodNanos = periodNanos;
    }
  }

  private final Map<Object, Entry> entries = new HashMap<>();
  private final ArrayDeque<Entry> ready = new ArrayDeque<>();
  private final PriorityQueue<Entry> delayed = new PriorityQueue<>(WorkQueue::earlierFirst);
  private int requested;
  private long arrivals;

  private static int earlierFirst(Entry a, Entry b) {
    int byTime = Long.signum(a.dueNanos - b.dueNanos);
    return byTime != 0 ? byTime : Long.compare(a.arrival, b.arrival);
  }

  @Nullable Entry find(Object key) {
    return entries.get(key);
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  /** Units waiting, without the periodic ones that wait for their period. */
  int requested() {
    return requested;
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  void add(Entry entry) {
    entries.put(entry.key, entry);
  }

  /** Puts an entry in line, now or when its time comes. */
  void enqueue(Entry entry, Phase phase, long dueNanos) {
    entry.phase = phase;
    entry.dueNanos = dueNanos;
    entry.arrival = arrivals++;
    if (phase == Phase.READY) {
      ready.add(entry);
    } else {
      delayed.add(entry);
    }
    if (entry.periodNanos == 0) {
      requested++;
    }
  }

  /** Brings a scheduled entry forward to an earlier time, or to now. */
  void advance(Entry entry, Phase phase, long dueNanos) {
    delayed.remove(entry);
    if (entry.periodNanos == 0) {
      requested--;
    }
    enqueue(entry, phase, dueNanos);
  }

  /** Makes ready what is due. */
  void promote(long nowNanos) {
    Entry first = delayed.peek();
    while (first != null && first.dueNanos - nowNanos <= 0) {
      delayed.remove();
      first.phase = Phase.READY;
      ready.add(first);
      first = delayed.peek();
    }
  }

  /** The first entry that waits for its time. */
  @Nullable Entry nextDelayed() {
    return delayed.peek();
  }

  /** Takes the oldest ready entry to run it. */
  @Nullable Entry take() {
    Entry entry = ready.poll();
    if (entry != null) {
      entry.phase = Phase.RUNNING;
      if (entry.periodNanos == 0) {
        requested--;
      }
    }
    return entry;
  }

  void remove(Entry entry) {
    entries.remove(entry.key);
  }

  /** Empties the queue of everything that is not running and returns it. */
  List<Entry> clear() {
    List<Entry> left = new ArrayList<>(ready);
    left.addAll(delayed);
    left.forEach(this::remove);
    ready.clear();
    delayed.clear();
    requested = 0;
    return left;
  }
}
