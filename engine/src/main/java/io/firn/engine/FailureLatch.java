package io.firn.engine;

import io.firn.error.CommitUnknownException;
import io.firn.error.EngineFailedException;
import io.firn.error.FencedException;
import io.firn.error.NotATableException;
import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the first fatal error of an engine and repeats it to every later write. Safe for use by
 * many threads.
 */
final class FailureLatch {

  private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
  private final Consumer<Throwable> onFirst;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile Runnable wake = () -> {};

  /**
   * @param onFirst called once, by {@link #tell}, with the first error
   */
  FailureLatch(Consumer<Throwable> onFirst) {
    this.onFirst = onFirst;
  }

  /**
   * What wakes those that wait for something that a failed engine never does. It may be called
   * under any lock but the state's.
   */
  void wakes(Runnable waiting) {
    wake = waiting;
  }

  /**
   * Remembers a fatal error unless there already is one, and wakes those whom it concerns. {@link
   * #tell} follows.
   */
  void fail(Throwable failure) {
    if (first.compareAndSet(null, failure)) {
      wake.run();
    }
  }

  /** Tells of the first error, once. Called without any lock by whoever may have met one. */
  void tell() {
    Throwable failure = first.get();
    if (failure != null && told.compareAndSet(false, true)) {
      onFirst.accept(failure);
    }
  }

  boolean failed() {
    return first.get() != null;
  }

  @Nullable Throwable failure() {
    return first.get();
  }

  /** Throws an error of the kind of the first one, if there was one. */
  void check() {
    Throwable failure = first.get();
    if (failure == null) {
      return;
    }
    String message = "The table refuses writes since it failed; close and reopen it: " + failure;
    if (failure instanceof FencedException) {
      throw new FencedException(message, failure);
    }
    if (failure instanceof CommitUnknownException) {
      throw new CommitUnknownException(message, failure);
    }
    if (failure instanceof SchemaMismatchException) {
      throw new SchemaMismatchException(message, failure);
    }
    if (failure instanceof UnsupportedFeatureException) {
      throw new UnsupportedFeatureException(message, failure);
    }
    if (failure instanceof NotATableException) {
      throw new NotATableException(message, failure);
    }
    throw new EngineFailedException(message, failure);
  }
}
