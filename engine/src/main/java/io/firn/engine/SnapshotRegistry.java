package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.engine.internal.memtable.Memtable;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open snapshots, oldest first. It counts the bytes of memtables that only snapshots still keep
 * and gives the oldest snapshots up when they are too many. Safe for use by many threads; nothing
 * else is locked under its lock.
 */
final class SnapshotRegistry {

  private final long memoryBytesMax;

  @GuardedBy("this")
  private final Deque<StateSnapshot> open = new ArrayDeque<>();

  SnapshotRegistry(long memoryBytesMax) {
    this.memoryBytesMax = memoryBytesMax;
  }

  synchronized void add(StateSnapshot snapshot) {
    open.addLast(snapshot);
  }

  synchronized void remove(StateSnapshot snapshot) {
    boolean ignored = open.remove(snapshot);
  }

  synchronized int count() {
    return open.size();
  }

  /** Bytes of memtables that open snapshots keep and the current super-version does not need. */
  synchronized long memoryBytes(@Nullable SuperVersion current) {
    Set<Memtable> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    for (StateSnapshot snapshot : open) {
      SuperVersion view = snapshot.view();
      kept.add(view.active());
      view.pending().forEach(pending -> kept.add(pending.memtable()));
    }
    if (current != null) {
      kept.remove(current.active());
      current.pending().forEach(pending -> kept.remove(pending.memtable()));
    }
    return kept.stream().mapToLong(Memtable::bytes).sum();
  }

  /** Gives up the oldest snapshots until the rest keep no more memory than allowed. */
  void enforce(@Nullable SuperVersion current) {
    while (true) {
      StateSnapshot oldest;
      synchronized (this) {
        if (open.isEmpty() || memoryBytes(current) <= memoryBytesMax) {
          return;
        }
        oldest = open.removeFirst();
      }
      oldest.giveUp(
          "it was given up because open snapshots kept more than snapshot-memory-bytes-max, "
              + memoryBytesMax
              + " bytes, of memtables");
    }
  }

  /** Closes all snapshots; their readers get an error that says so. */
  void closeAll() {
    while (true) {
      StateSnapshot snapshot;
      synchronized (this) {
        snapshot = open.pollFirst();
      }
      if (snapshot == null) {
        return;
      }
      snapshot.giveUp("its table was closed");
    }
  }
}
