package io.firn.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for work that a service was asked for. */
public final class Completions {

  private Completions() {}

  /**
   * Waits until a submitted unit has ended, and throws what it threw, as it is: whoever asked for
   * the work handles its failure as if it had been its own. Not interruptible.
   */
  public static void await(CompletableFuture<Void> submitted) {
    try {
      submitted.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }
}
