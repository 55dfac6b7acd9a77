package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.error.ClosedException;
import io.firn.format.DataFileReaders;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The current super-version and the sequence number readers see. Readers acquire without a lock;
 * whoever changes something (rotation, flush, compaction, refresh) installs a new super-version
 * under {@link #installLock}, in one swap.
 */
final class TableState {

  private final TableStore store;
  private final DataFileReaders readers;
  private final FilePins pins;
  private final SnapshotRegistry snapshots;
  private final AtomicLong visibleSequence;

  /** Guards installing. Taken last: nothing else is locked and no file is written under it. */
  private final ReentrantLock installLock = new ReentrantLock();

  /** Signalled whenever a super-version was installed, and by {@link #wakeAll}. */
  private final Condition installed = installLock.newCondition();

  /** How often it was signalled; changed under the lock, read without. */
  private final AtomicLong changes = new AtomicLong();

  /** Written under the lock, read without. Null after close. */
  private volatile @Nullable SuperVersion current;

  /** The last one that was searched for, since a version is opened several times. */
  private volatile @Nullable Settlement settlement;

  @GuardedBy("installLock")
  private long memtableIds;

  /**
   * @param recovered memtables rebuilt from the log, oldest first
   */
  TableState(
      TableStore store,
      DataFileReaders readers,
      FilePins pins,
      SnapshotRegistry snapshots,
      List<PendingFlush> recovered) {
    this.store = store;
    this.readers = readers;
    this.pins = pins;
    this.snapshots = snapshots;
    Version version = store.version();
    long newest = version.flushedSequence();
    for (PendingFlush flush : recovered) {
      newest = Math.max(newest, flush.lastSequence());
    }
    this.visibleSequence = new AtomicLong(newest);
    this.memtableIds = recovered.size() + 1L;
    this.current =
        new SuperVersion(
            new SchemaMemtable(new Memtable(recovered.size()), version.schema()),
            recovered,
            open(version));
  }

  /** The current super-version, retained for the caller, who releases it. */
  SuperVersion acquire() {
    while (true) {
      SuperVersion now = current;
      if (now == null) {
        throw new ClosedException("The table at " + store.location() + " is closed");
      }
      if (now.tryRetain()) {
        return now;
      }
    }
  }

  /** The newest write that readers see. Read it after acquiring the super-version. */
  long visibleSequence() {
    return visibleSequence.get();
  }

  /** Lets readers see writes up to a sequence number; never moves back. */
  void publish(long sequence) {
    visibleSequence.accumulateAndGet(sequence, Math::max);
  }

  /**
   * Puts a new memtable in place of the active one, which is now waiting for its flush. Called
   * under the write gate.
   *
   * @param segment the log segment that holds the writes of the old memtable
   * @param schema of the rows to come
   * @return what is to be flushed
   */
  PendingFlush rotate(long segment, TableSchema schema) {
    SuperVersion old;
    PendingFlush full;
    installLock.lock();
    try {
      old = checkOpen();
      full = new PendingFlush(old.activeRows(), segment, old.active().lastSequence());
      List<PendingFlush> pending = new ArrayList<>(old.pending());
      pending.add(full);
      install(new SuperVersion(emptyMemtable(schema), pending, old.files().retain()));
    } finally {
      installLock.unlock();
    }
    old.release();
    return full;
  }

  /**
   * Puts a memtable for rows of another schema in place of the empty active one. Called under the
   * write gate.
   */
  void replaceEmpty(TableSchema schema) {
    SuperVersion old;
    installLock.lock();
    try {
      old = checkOpen();
      install(new SuperVersion(emptyMemtable(schema), old.pending(), old.files().retain()));
    } finally {
      installLock.unlock();
    }
    old.release();
  }

  @GuardedBy("installLock")
  private SchemaMemtable emptyMemtable(TableSchema schema) {
    return new SchemaMemtable(new Memtable(memtableIds++), schema);
  }

  /**
   * Makes the store's newest version current and drops a memtable that has arrived in it, both in
   * one swap.
   */
  void installVersion(@Nullable PendingFlush flushed) {
    boolean done = false;
    while (!done) {
      // Opening files reads them, and closing many takes its time: neither is done under the lock.
      Version version = store.version();
      FileSet files = open(version);
      SuperVersion old = null;
      installLock.lock();
      try {
        if (store.version() == version) {
          old = checkOpen();
          List<PendingFlush> pending = new ArrayList<>(old.pending());
          if (flushed != null) {
            pending.remove(flushed);
          }
          install(new SuperVersion(old.activeRows(), pending, files));
          done = true;
        }
      } finally {
        installLock.unlock();
        if (!done) {
          files.release();
        }
      }
      if (old != null) {
        forgetReplaced(old.files(), version);
        old.release();
      }
    }
  }

  /**
   * Files that a version no longer has would hold their share of the page cache until they are
   * swept. Whoever still reads them keeps them open.
   */
  private void forgetReplaced(FileSet old, Version version) {
    for (FileView file : old.files()) {
      if (version.file(file.live().path()) == null) {
        readers.forget(file.live().path());
      }
    }
  }

  /**
   * How often there was a reason to look again. Whoever is going to wait reads it before it looks
   * at what it waits for.
   */
  long changes() {
    return changes.get();
  }

  /**
   * Waits for an installation or a waking later than {@code seen}, or until the time is over. The
   * caller checks its condition in a loop: a failure that comes between its look and this call is
   * not slept through, since it has moved the count.
   */
  @SuppressWarnings("WaitNotInLoop") // callers loop over conditions of their own
  void awaitChange(long seen, long nanos) throws InterruptedException {
    installLock.lock();
    try {
      if (changes.get() == seen) {
        long ignored = installed.awaitNanos(nanos);
      }
    } finally {
      installLock.unlock();
    }
  }

  /** Wakes everybody who waits for an installation, to look at flags that have changed. */
  void wakeAll() {
    installLock.lock();
    try {
      signalAll();
    } finally {
      installLock.unlock();
    }
  }

  @GuardedBy("installLock")
  private void signalAll() {
    changes.incrementAndGet();
    installed.signalAll();
  }

  /** The newest write that waits for its flush in a rotated memtable; 0 if none does. */
  long pendingSequence() {
    SuperVersion view = current;
    return view == null || view.pending().isEmpty()
        ? 0
        : view.pending().get(view.pending().size() - 1).lastSequence();
  }

  /** The files of any version, open; the caller releases them. */
  FileSet open(Version version) {
    FileSet files = FileSet.open(version, readers, pins, settlement);
    if (!version.unsettled().isEmpty()) {
      settlement = files.settlement();
    }
    return files;
  }

  /**
   * The current super-version without retaining it: for looking at counts, not for reading rows.
   */
  @Nullable SuperVersion peek() {
    return current;
  }

  @GuardedBy("installLock")
  private SuperVersion checkOpen() {
    SuperVersion now = current;
    if (now == null) {
      throw new ClosedException("The table at " + store.location() + " is closed");
    }
    return now;
  }

  /** Swaps the current super-version; the caller releases the one before, after the lock. */
  @GuardedBy("installLock")
  private void install(SuperVersion next) {
    snapshots.enforce(next);
    current = next;
    signalAll();
  }

  /**
   * Lets go of the current super-version. Reads in progress end undisturbed; later ones are
   * refused.
   */
  void close() {
    SuperVersion old;
    installLock.lock();
    try {
      old = current;
      current = null;
      signalAll();
    } finally {
      installLock.unlock();
    }
    if (old != null) {
      old.release();
    }
  }
}
