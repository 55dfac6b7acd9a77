package io.firn.engine;

import io.firn.engine.TableListener.BackpressureEvent;
import io.firn.engine.TableListener.BackpressureState;
import io.firn.error.ClosedException;
import io.firn.error.WriteStalledException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Slows writers down before it stops them. The delay grows with the number of sorted runs of files
 * above the slowdown limit; the stop comes when there are too many of them or of memtables, and
 * ends when there is room, on failure and on close.
 */
final class Backpressure {

  /**
   * The longest delay of one write: a hundred times the cost of an unhindered one, yet short for a
   * user.
   */
  private static final long DELAY_NANOS_MAX = 2_000_000;

  /**
   * Below this a delay costs more to schedule than it is worth; it is carried over to a later
   * write.
   */
  private static final long DELAY_NANOS_MIN = 100_000;

  private final TableState state;
  private final FailureLatch failures;
  private final EventDispatcher events;
  private final Runnable inlineFlushes;
  private final BooleanSupplier closed;
  private final int pendingMax;
  private final int runsSlowdown;
  private final int runsStop;
  private final boolean manualCompaction;
  private final long stallNanosMax;
  private final AtomicLong stalledNanos = new AtomicLong();
  private final AtomicLong delayedNanos = new AtomicLong();
  private final AtomicLong owedNanos = new AtomicLong();
  private final AtomicReference<BackpressureState> felt =
      new AtomicReference<>(BackpressureState.FREE);

  /**
   * @param inlineFlushes does on the calling thread the flushes that nobody else does
   * @param closed true once writes are refused
   */
  Backpressure(EngineParts parts, Runnable inlineFlushes, BooleanSupplier closed) {
    this.inlineFlushes = inlineFlushes;
    this.state = parts.state();
    this.failures = parts.failures();
    this.events = parts.events();
    this.closed = closed;
    FirnOptions options = parts.options();
    this.pendingMax = options.intValue(OptionKey.IMMUTABLE_MEMTABLES_MAX);
    this.runsSlowdown = options.intValue(OptionKey.SORTED_RUNS_SLOWDOWN);
    this.runsStop = options.intValue(OptionKey.SORTED_RUNS_STOP);
    this.manualCompaction = options.value(OptionKey.COMPACTION_WORKERS) == 0;
    this.stallNanosMax = options.value(OptionKey.WRITE_STALL_MILLIS_MAX) * 1_000_000;
  }

  /**
   * Waits as long as the state of the table asks for. Called before a write takes the gate, without
   * any lock.
   *
   * @throws WriteStalledException if there was no room in time, or can be none without somebody's
   *     doing
   * @throws ClosedException if the table was closed meanwhile
   */
  void beforeWrite() {
    SuperVersion view = state.peek();
    if (view == null) {
      return; // the gate will say that the table is closed
    }
    if (stopReason(view) != null) {
      stall();
      return;
    }
    int excess = view.files().runCount() - runsSlowdown;
    if (excess < 0) {
      feel(BackpressureState.FREE, "");
      return;
    }
    feel(BackpressureState.DELAYED, view.files().runCount() + " sorted runs to look through");
    delay(DELAY_NANOS_MAX * (excess + 1) / (runsStop - runsSlowdown + 1));
  }

  private void delay(long nanos) {
    if (owedNanos.addAndGet(nanos) < DELAY_NANOS_MIN) {
      return;
    }
    long wait = owedNanos.getAndSet(0);
    long start = System.nanoTime();
    LockSupport.parkNanos(wait);
    delayedNanos.addAndGet(System.nanoTime() - start);
  }

  private void stall() {
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      inlineFlushes.run();
      long seen = state.changes();
      SuperVersion view = state.peek();
      while (view != null) {
        String reason = stopReason(view);
        if (reason == null) {
          return;
        }
        failures.check();
        if (closed.getAsBoolean()) {
          throw new ClosedException("The table was closed while the write waited for room");
        }
        feel(BackpressureState.STALLED, reason);
        refuseIfHopeless(view, reason);
        long left = stallNanosMax - (System.nanoTime() - start);
        if (left <= 0) {
          Throwable cause = lastFlushFailure(view);
          throw new WriteStalledException(
              "No room for the write within "
                  + stallNanosMax / 1_000_000
                  + " ms: "
                  + reason
                  + (cause == null ? "" : "; the last flush failed: " + cause.getMessage()),
              cause);
        }
        try {
          state.awaitChange(seen, left);
        } catch (InterruptedException e) {
          interrupted = true;
          throw new WriteStalledException("Interrupted while waiting for room: " + reason, e);
        }
        seen = state.changes();
        view = state.peek();
      }
    } finally {
      stalledNanos.addAndGet(System.nanoTime() - start);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void refuseIfHopeless(SuperVersion view, String reason) {
    if (manualCompaction && view.pending().size() < pendingMax) {
      throw new WriteStalledException(
          reason
              + " and compaction is manual (compaction-workers = 0): call compact(), then write again");
    }
  }

  private static @Nullable Throwable lastFlushFailure(SuperVersion view) {
    List<PendingFlush> pending = view.pending();
    return pending.isEmpty() ? null : pending.get(0).lastFailure();
  }

  private @Nullable String stopReason(SuperVersion view) {
    if (view.pending().size() >= pendingMax) {
      return view.pending().size() + " memtables wait for their flush";
    }
    if (view.files().runCount() >= runsStop) {
      return view.files().runCount() + " sorted runs wait for compaction";
    }
    return null;
  }

  private void feel(BackpressureState now, String reason) {
    // Asked first: every write comes here, and an exchange has it wait for all its stores.
    if (felt.get() != now && felt.getAndSet(now) != now) {
      events.dispatch(listener -> listener.onBackpressure(new BackpressureEvent(now, reason)));
    }
  }

  BackpressureState felt() {
    return Objects.requireNonNull(felt.get());
  }

  long stalledNanos() {
    return stalledNanos.get();
  }

  long delayedNanos() {
    return delayedNanos.get();
  }
}
