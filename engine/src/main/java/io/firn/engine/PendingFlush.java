package io.firn.engine;

import io.firn.engine.internal.memtable.Memtable;
import io.firn.format.KeyList;
import io.firn.format.WrittenFile;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A rotated memtable on its way into the table, with the log segment that can be released once it
 * has arrived.
 *
 * <p>One worker claims it and writes its file; it is committed when all older ones have been. A
 * failed attempt gives the claim back.
 */
final class PendingFlush {

  private enum State {
    WAITING,
    CLAIMED,
    WRITTEN
  }

  private final SchemaMemtable rows;
  private final long segment;
  private final long lastSequence;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

  /** Set before the state becomes WRITTEN. */
  private volatile @Nullable WrittenMemtable written;

  private volatile @Nullable Throwable lastFailure;
  private final AtomicInteger failures = new AtomicInteger();

  PendingFlush(SchemaMemtable rows, long segment, long lastSequence) {
    this.rows = rows;
    this.segment = segment;
    this.lastSequence = lastSequence;
  }

  Memtable memtable() {
    return rows.memtable();
  }

  /** The memtable with the schema of its rows. */
  SchemaMemtable rows() {
    return rows;
  }

  /** The number of the log segment whose writes the memtable holds. */
  long segment() {
    return segment;
  }

  /** The table's state after this flush. */
  long lastSequence() {
    return lastSequence;
  }

  /** Takes the work; exactly one caller gets it. */
  boolean claim() {
    return state.compareAndSet(State.WAITING, State.CLAIMED);
  }

  /** Gives the work back after a failure, to be tried again. */
  void giveBack(Throwable failure) {
    remember(failure);
    state.compareAndSet(State.CLAIMED, State.WAITING);
  }

  /** The file is written but its commit failed, to be tried again. */
  void commitFailed(Throwable failure) {
    remember(failure);
  }

  private void remember(Throwable failure) {
    lastFailure = failure;
    failures.incrementAndGet();
  }

  void written(WrittenMemtable result) {
    written = result;
    state.set(State.WRITTEN);
  }

  /** What the worker wrote; null while it has not. */
  @Nullable WrittenMemtable written() {
    return written;
  }

  int failures() {
    return failures.get();
  }

  @Nullable Throwable lastFailure() {
    return lastFailure;
  }

  /**
   * A memtable's rows as a file.
   *
   * @param file null if the memtable had deletes alone
   * @param keys all its keys, deleted ones too, ascending
   * @param prepared the masks found against the version the worker saw
   * @param startNanos when the worker claimed it
   */
  record WrittenMemtable(
      @Nullable WrittenFile file, KeyList keys, PreparedMasks prepared, long startNanos) {}
}
