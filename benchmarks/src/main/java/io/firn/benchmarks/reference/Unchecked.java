package io.firn.benchmarks.reference;

import java.util.concurrent.Callable;

/** Calls of peers that declare checked exceptions: any of them ends the run. */
final class Unchecked {

  private Unchecked() {}

  /** A call without a result. */
  interface Action {
    void run() throws Exception;
  }

  /** The result of a call. */
  static <T> T get(Callable<T> call) {
    try {
      return call.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static void run(Action action) {
    get(
        () -> {
          action.run();
          return true;
        });
  }
}
