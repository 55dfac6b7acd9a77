package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.catalog.Version;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.engine.internal.wal.LogSync;
import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.error.ClosedException;
import io.firn.error.FirnException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.WriteStalledException;
import io.firn.format.TableSchema;
import io.firn.service.Ticker;
import io.firn.storage.StorageFull;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes writes: log, memtable, acknowledgement, in this order. All writes pass the write gate one
 * after the other, for as long as an append to the log's buffer and the inserts take; waiting for
 * an fsync happens outside of it and is shared.
 *
 * <p>A write acknowledged with {@link Durability#SYNC} is seen by readers only once it is durable.
 */
final class WritePath {

  private final TableState state;
  private final WriteAheadLog log;
  private final FailureLatch failures;
  private final Backpressure backpressure;
  private final FlushService flushes;
  private final Ticker ticker;
  private final long memtableBytesMax;
  private final long rowBytesMax;
  private final AtomicLong rowsWritten = new AtomicLong();
  private final AtomicLong bytesWritten = new AtomicLong();

  /**
   * The write gate. Before it nothing is locked; under it the log's and the state's locks are
   * taken.
   */
  private final ReentrantLock gate = new ReentrantLock();

  @GuardedBy("gate")
  private TableSchema schema;

  /** Iceberg's id of it. */
  @GuardedBy("gate")
  private int schemaId;

  /** Written under the gate. */
  private volatile boolean closed;

  /** When the oldest write of the active memtable was made; read by the flush timer. */
  private volatile long activeSinceNanos;

  WritePath(EngineParts parts, WriteAheadLog log, FlushService flushes) {
    this.state = parts.state();
    this.log = log;
    this.failures = parts.failures();
    this.flushes = flushes;
    this.ticker = parts.environment().ticker();
    FirnOptions options = parts.options();
    this.backpressure = new Backpressure(parts, flushes::runInline, () -> closed);
    this.memtableBytesMax = options.value(OptionKey.MEMTABLE_BYTES_MAX);
    this.rowBytesMax = options.value(OptionKey.ROW_BYTES_MAX);
    this.schema = parts.store().version().schema();
    this.schemaId = parts.store().version().schemaId();
  }

  /** Applies a batch; returns the sequence number of its last operation once it is acknowledged. */
  long write(WriteBatch batch, Durability durability) {
    if (batch.isEmpty()) {
      return state.visibleSequence();
    }
    checkSizes(batch);
    backpressure.beforeWrite();
    long last;
    gate.lock();
    try {
      checkOpen();
      if (batch.tableSchema() != schema) {
        throw new SchemaMismatchException(
            "The table's schema has changed since the batch was made; make a new one");
      }
      resumeOrRefuse();
      last = append(batch, durability);
      // Written under the gate only: an atomic addition would have every write wait for its stores.
      rowsWritten.setOpaque(rowsWritten.getPlain() + batch.size());
      bytesWritten.setOpaque(bytesWritten.getPlain() + batch.bytes());
      if (durability != Durability.SYNC) {
        state.publish(last);
      }
    } finally {
      gate.unlock();
      failures.tell();
    }
    flushes.runInline();
    if (durability == Durability.SYNC) {
      awaitDurable(last);
      state.publish(last);
    }
    return last;
  }

  @GuardedBy("gate")
  private long append(WriteBatch batch, Durability durability) {
    EncodedBatch operations = batch.encoded();
    long last;
    try {
      last = log.append(operations, logSync(durability));
    } catch (InvalidArgumentException | WriteStalledException e) {
      throw e; // too large for the log, or no room there; it is unharmed
    } catch (FirnException e) {
      failures.fail(e);
      throw e;
    }
    SuperVersion view = state.peek();
    if (view == null) {
      throw new ClosedException("The table is closed");
    }
    Memtable active = view.active();
    if (active.count() == 0) {
      activeSinceNanos = ticker.nanoTime();
    }
    long sequence = last - batch.size() + 1;
    try {
      for (int i = 0; i < batch.size(); i++) {
        active.insert(
            operations.array(),
            operations.keyOffset(i),
            operations.keyLength(i),
            operations.rowLength(i),
            sequence + i,
            operations.kind(i));
      }
    } catch (Throwable e) {
      // The log has the batch and the memtable half of it: nothing after this may be acknowledged.
      failures.fail(e);
      throw e;
    }
    if (active.bytes() >= memtableBytesMax) {
      rotate();
    }
    return last;
  }

  private static LogSync logSync(Durability durability) {
    return switch (durability) {
      case SYNC -> LogSync.NOW;
      case ASYNC -> LogSync.SOON;
      case NONE -> LogSync.NEVER;
    };
  }

  private void checkSizes(WriteBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.encoded().rowLength(i) > rowBytesMax) {
        throw new InvalidArgumentException(
            "A row of "
                + batch.encoded().rowLength(i)
                + " bytes is larger than row-bytes-max, "
                + rowBytesMax
                + " bytes");
      }
    }
  }

  /**
   * Waits until the log is durable up to a sequence number; a failure of the log is the engine's.
   */
  void awaitDurable(long sequence) {
    try {
      log.awaitDurable(sequence);
    } catch (FirnException e) {
      if (StorageFull.caused(e)) {
        flushWhatTheLogLost();
      } else {
        failures.fail(e);
        failures.tell();
      }
      throw e;
    }
  }

  /**
   * The disk of the log is full: what it could not take goes to the table, which frees the log's
   * space too.
   */
  private void flushWhatTheLogLost() {
    gate.lock();
    try {
      rotateIfFull();
    } finally {
      gate.unlock();
    }
    flushes.runInline();
  }

  @GuardedBy("gate")
  private void rotateIfFull() {
    SuperVersion view = state.peek();
    if (log.full() && view != null && view.active().count() > 0) {
      PendingFlush ignored = rotate();
    }
  }

  /** Goes on after the disk of the log was full, or refuses the write. */
  @GuardedBy("gate")
  private void resumeOrRefuse() {
    if (!log.full()) {
      return;
    }
    rotateIfFull();
    if (!log.resume()) {
      throw new WriteStalledException(
          "The disk of the log is full. The write was not applied; writing goes on by itself once"
              + " what there is has been flushed and there is room");
    }
    // What was not acknowledged then is in the table now.
    state.publish(log.lastSequence());
  }

  /** Rotates the active memtable if it has any writes. Returns what is to be flushed, or null. */
  @Nullable PendingFlush rotateNow() {
    gate.lock();
    try {
      failures.check();
      SuperVersion view = state.peek();
      return view == null || view.active().count() == 0 ? null : rotate();
    } finally {
      gate.unlock();
      failures.tell();
      flushes.runInline();
    }
  }

  /** Rotates the active memtable if its oldest write is at least this old; true if it did. */
  boolean rotateIfOlder(long nanos) {
    SuperVersion view = state.peek();
    return view != null
        && view.active().count() > 0
        && ticker.nanoTime() - activeSinceNanos >= nanos
        && !failures.failed()
        && rotateNow() != null;
  }

  /**
   * Takes rows of another schema from now on. Those of the old one are in memtables and log
   * segments of their own. What it rotates waits for its flush.
   *
   * @param publish lets others make batches of the new schema; run in the gate, so that whoever's
   *     batch is refused for its schema finds the new one
   */
  void adoptSchema(Version version, Runnable publish) {
    gate.lock();
    try {
      publish.run();
      SuperVersion view = state.peek();
      if (version.schema() == schema || view == null || closed || failures.failed()) {
        return;
      }
      schema = version.schema();
      schemaId = version.schemaId();
      if (view.active().count() > 0) {
        PendingFlush ignored = rotate();
      } else {
        log.release(log.rotate(schemaId));
        state.replaceEmpty(schema);
      }
    } finally {
      gate.unlock();
      failures.tell();
    }
  }

  /** Log segment and memtable rotate as one step: both belong to the gate. */
  @GuardedBy("gate")
  private PendingFlush rotate() {
    long sealed;
    try {
      sealed = log.rotate(schemaId);
    } catch (FirnException e) {
      failures.fail(e);
      throw e;
    }
    PendingFlush full = state.rotate(sealed, schema);
    flushes.offer(full);
    return full;
  }

  @GuardedBy("gate")
  private void checkOpen() {
    if (closed) {
      throw new ClosedException("The table is closed");
    }
    failures.check();
  }

  /** Refuses writes from now on; returns when none is under way in the gate. */
  void refuseWrites() {
    gate.lock();
    try {
      closed = true;
    } finally {
      gate.unlock();
    }
  }

  boolean failed() {
    return failures.failed();
  }

  Backpressure backpressure() {
    return backpressure;
  }

  long rowsWritten() {
    return rowsWritten.getOpaque();
  }

  long bytesWritten() {
    return bytesWritten.getOpaque();
  }
}
