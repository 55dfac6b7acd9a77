package io.firn.engine;

import io.firn.error.EngineFailedException;
import io.firn.error.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Steps of which each is done whatever became of the ones before; the first failure is kept, later
 * ones are added to it.
 */
final class CloseSequence {

  /** A step that may fail. */
  interface Step {
    void run() throws Exception;
  }

  private @Nullable RuntimeException failure;

  void step(Step step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      add(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      add(new StorageException("Interrupted while closing", e));
    } catch (Exception e) {
      add(new StorageException("Closing failed: " + e.getMessage(), e));
    } catch (Error e) {
      add(new EngineFailedException("Closing failed: " + e, e));
    }
  }

  private void add(RuntimeException e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e) {
      failure.addSuppressed(e);
    }
  }

  @Nullable RuntimeException failure() {
    return failure;
  }
}
