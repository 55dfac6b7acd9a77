package io.firn.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.ClosedException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Closes an engine once, in order: no new writes, compaction stopped, everything flushed, sweeping
 * done, services stopped, log, files, catalog and lock released. What fails does not keep the rest
 * from being released; the first failure is thrown, and thrown again by every later close.
 */
final class EngineCloser {

  private final EngineParts parts;
  private final @Nullable WriterParts writer;
  private final AtomicBoolean closing = new AtomicBoolean();

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private @Nullable RuntimeException outcome;

  EngineCloser(EngineParts parts, @Nullable WriterParts writer) {
    this.parts = parts;
    this.writer = writer;
  }

  void checkOpen() {
    if (closing.get()) {
      throw closedError();
    }
  }

  ClosedException closedError() {
    return new ClosedException("The table at " + parts.store().location() + " is closed");
  }

  /** Closes, or waits for the close under way and repeats its outcome. */
  void close() {
    closing.set(true);
    // A host that is being shut down often closes on a thread that has been interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      synchronized (this) {
        if (!closed) {
          closed = true;
          outcome = closeAll();
        }
        if (outcome != null) {
          throw outcome;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable RuntimeException closeAll() {
    CloseSequence sequence = new CloseSequence();
    if (writer != null) {
      writer.shutDown(sequence, parts.state());
    }
    sequence.step(() -> parts.scans().close());
    sequence.step(() -> parts.snapshots().closeAll());
    sequence.step(() -> parts.state().close());
    if (writer != null) {
      sequence.step(() -> writer.log().close());
    }
    sequence.step(() -> parts.readers().close());
    sequence.step(() -> parts.store().close());
    if (writer != null) {
      sequence.step(writer::releaseOwnership);
    }
    return sequence.failure();
  }
}
