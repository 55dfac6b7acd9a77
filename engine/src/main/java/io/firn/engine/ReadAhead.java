package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.format.Projection;
import io.firn.format.RowFilter;
import io.firn.format.RowScan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.iceberg.expressions.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a scan, several at once with the help of {@link ScanWorkers}. Of each open
 * part a few batches are read ahead and no more, so memory is bounded however slow the consumer is.
 * The consumer itself reads whenever nothing is there for it and a part is idle.
 *
 * <p>One consumer calls {@link #next} and {@link #close}; workers call the rest. A part that fails
 * makes {@link #next} throw what it failed with.
 */
final class ReadAhead implements AutoCloseable {

  private static final int BATCHES_PER_PART = 2;

  /** A scan of fewer rows is over before a worker has woken up. */
  static final long ROWS_WORTH_WORKERS = 16 * 1024;

  private final ScanWorkers workers;
  private final Projection projection;
  private final @Nullable Expression pruning;
  private final @Nullable RowFilter filter;
  private final boolean inOrder;
  private final long rows;
  private final int openMax;
  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a batch has been read, or a part has ended. */
  private final Condition read = lock.newCondition();

  @GuardedBy("lock")
  private final Deque<ScanPart> waiting;

  @GuardedBy("lock")
  private final List<Open> open = new ArrayList<>();

  @GuardedBy("lock")
  private final Deque<ScanBatch> free = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closed;

  /** Handed to the consumer last. */
  private @Nullable ScanBatch current;

  /** A part that has been begun. All but {@code scan} is guarded by the lock. */
  private static final class Open {
    private final ScanPart part;
    private final Deque<ScanBatch> batches = new ArrayDeque<>();

    /** Of whoever runs the part. */
    private @Nullable RowScan scan;

    private boolean running;
    private boolean ended;
    private @Nullable Throwable failure;

    Open(ScanPart part) {
      this.part = part;
    }

    boolean hasRoom() {
      return !running && !ended && batches.size() < BATCHES_PER_PART;
    }
  }

  /**
   * @param rowsWanted how many rows the consumer asks for at most
   * @param inOrder whether the rows have to come in the order of the parts
   */
  ReadAhead(
      ScanWorkers workers,
      List<ScanPart> parts,
      long rowsWanted,
      Projection projection,
      @Nullable Expression pruning,
      @Nullable RowFilter filter,
      boolean inOrder) {
    this.workers = workers;
    this.waiting = new ArrayDeque<>(parts);
    this.projection = projection;
    this.pruning = pruning;
    this.filter = filter;
    this.inOrder = inOrder;
    this.rows = parts.stream().mapToLong(ScanPart::rows).sum();
    this.openMax = Math.min(rows, rowsWanted) < ROWS_WORTH_WORKERS ? 1 : workers.parallelism();
  }

  /** The next batch, which has a row to deliver, valid until the next call; null at the end. */
  @Nullable ScanBatch next() {
    while (true) {
      Open idle;
      lock.lock();
      try {
        if (current != null) {
          free.push(current);
          current = null;
        }
        begin();
        if (open.isEmpty()) {
          return null;
        }
        ScanBatch batch = take();
        if (batch != null) {
          current = batch;
          return batch;
        }
        idle = idle();
        if (idle == null) {
          if (!open.isEmpty()) {
            read.awaitUninterruptibly();
          }
          continue;
        }
        idle.running = true;
      } finally {
        lock.unlock();
      }
      readOne(idle);
    }
  }

  /** Opens parts up to the number worth having open, and has them read ahead. */
  @GuardedBy("lock")
  private void begin() {
    while (open.size() < openMax && !waiting.isEmpty()) {
      Open next = new Open(waiting.remove());
      open.add(next);
      offer(next);
    }
  }

  private void offer(Open part) {
    if (openMax > 1) {
      workers.offer(part.part, () -> readAhead(part));
    }
  }

  /** A batch that has been read, and its place given to the next; null if there is none yet. */
  @GuardedBy("lock")
  private @Nullable ScanBatch take() {
    for (int i = 0; i < open.size(); i++) {
      Open part = open.get(i);
      ScanBatch batch = part.batches.poll();
      if (batch != null) {
        if (part.hasRoom()) {
          offer(part);
        }
        return batch;
      }
      if (part.failure != null) {
        throw asUnchecked(part.failure);
      }
      if (part.ended) {
        open.remove(i--);
      } else if (inOrder) {
        return null;
      }
    }
    return null;
  }

  @GuardedBy("lock")
  private @Nullable Open idle() {
    for (Open part : open) {
      if (part.hasRoom()) {
        return part;
      }
    }
    return null;
  }

  /** A worker's share: as much of a part as there is room for. */
  private void readAhead(Open part) {
    while (true) {
      lock.lock();
      try {
        if (closed || !part.hasRoom()) {
          return;
        }
        part.running = true;
      } finally {
        lock.unlock();
      }
      readOne(part);
    }
  }

  /** Reads one batch of a part that is running, and ends the running. */
  private void readOne(Open part) {
    ScanBatch batch = null;
    boolean filled = false;
    Throwable failure = null;
    try {
      batch = freeBatch();
      RowScan scan = part.scan;
      if (scan == null) {
        scan = part.part.open(projection, pruning, rows);
        part.scan = scan;
      }
      filled = batch.fill(scan, part.part.masked(), filter);
      if (!filled) {
        scan.close();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    boolean abandoned;
    lock.lock();
    try {
      part.running = false;
      part.failure = failure;
      part.ended = !filled;
      if (batch != null) {
        (filled ? part.batches : free).add(batch);
      }
      abandoned = closed;
      read.signalAll();
    } finally {
      lock.unlock();
    }
    if (abandoned || failure != null) {
      close(part);
    }
  }

  private ScanBatch freeBatch() {
    lock.lock();
    try {
      ScanBatch batch = free.poll();
      return batch == null ? new ScanBatch(projection.schema()) : batch;
    } finally {
      lock.unlock();
    }
  }

  private static void close(Open part) {
    RowScan scan = part.scan;
    if (scan != null) {
      scan.close();
    }
  }

  private static RuntimeException asUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure;
  }

  /** Ends reading. A part that is being read at this moment is closed by its reader. */
  @Override
  public void close() {
    List<Open> idle = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      for (Open part : open) {
        if (!part.running) {
          idle.add(part);
        }
      }
      open.clear();
    } finally {
      lock.unlock();
    }
    idle.forEach(ReadAhead::close);
  }
}
