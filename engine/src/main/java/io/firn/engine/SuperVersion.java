package io.firn.engine;

import io.firn.engine.internal.memtable.Memtable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Everything a read needs, as one immutable object: the memtable that is written to, the ones
 * waiting for their flush and the files of one version. A reader acquires it first and reads the
 * visible sequence number afterwards; in the other order a flush in between could hide rows from
 * it.
 *
 * <p>Reference counted: the current super-version has one reference of its own; readers take theirs
 * with {@link #tryRetain}.
 */
final class SuperVersion {

  private final SchemaMemtable active;
  private final List<PendingFlush> pending;
  private final FileSet files;
  private final AtomicInteger references = new AtomicInteger(1);

  /**
   * @param active the memtable that is written to
   * @param pending memtables waiting for their flush, oldest first
   * @param files one reference of it becomes this object's
   */
  SuperVersion(SchemaMemtable active, List<PendingFlush> pending, FileSet files) {
    this.active = active;
    this.pending = List.copyOf(pending);
    this.files = files;
  }

  Memtable active() {
    return active.memtable();
  }

  /** The active memtable with the schema of its rows. */
  SchemaMemtable activeRows() {
    return active;
  }

  /** All memtables, the newest first. */
  List<SchemaMemtable> newestFirst() {
    List<SchemaMemtable> memtables = new ArrayList<>(pending.size() + 1);
    memtables.add(active);
    for (int i = pending.size() - 1; i >= 0; i--) {
      memtables.add(pending.get(i).rows());
    }
    return memtables;
  }

  List<PendingFlush> pending() {
    return pending;
  }

  FileSet files() {
    return files;
  }

  /** Every write up to this sequence number is in the files, or changed nothing there. */
  long flushedSequence() {
    for (PendingFlush flush : pending) {
      if (flush.memtable().count() > 0) {
        return flush.memtable().firstSequence() - 1;
      }
    }
    return active().count() > 0 ? active().firstSequence() - 1 : Long.MAX_VALUE;
  }

  /** Takes a reference, unless the last one is already gone. */
  boolean tryRetain() {
    int count = references.get();
    while (count > 0) {
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
      count = references.get();
    }
    return false;
  }

  /** Gives a reference back. */
  void release() {
    if (references.decrementAndGet() == 0) {
      files.release();
    }
  }
}
