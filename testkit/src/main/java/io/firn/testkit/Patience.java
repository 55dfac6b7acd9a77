package io.firn.testkit;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for what must come by itself. Only time in which this process could run counts: a machine
 * that is slow, or stands still for minutes, makes no test fail. Whoever waits in vain, for about a
 * minute of such time, is told so.
 */
public final class Patience {

  private static final int SLICE_MILLIS = 5;
  private static final int SLICES = 12_000;

  private Patience() {}

  /** A look at something that may have come, for at most some milliseconds. */
  @FunctionalInterface
  private interface Look<T> {
    @Nullable T forMillis(int millis) throws Exception;
  }

  /** Waits until a condition holds, which is looked at again and again. */
  public static void until(Callable<Boolean> condition) {
    CountDownLatch never = new CountDownLatch(1);
    Boolean ignored =
        wait(
            millis -> {
              boolean holds = condition.call() || never.await(millis, TimeUnit.MILLISECONDS);
              return holds ? true : null;
            });
  }

  /** Waits for a latch. */
  public static void await(CountDownLatch latch) {
    Boolean ignored = wait(millis -> latch.await(millis, TimeUnit.MILLISECONDS) ? true : null);
  }

  /** Waits for the next element of a queue and takes it. */
  public static <T> T next(BlockingQueue<T> queue) {
    return wait(millis -> queue.poll(millis, TimeUnit.MILLISECONDS));
  }

  private static <T> T wait(Look<T> look) {
    for (int slice = 0; slice < SLICES; slice++) {
      T found;
      try {
        found = look.forMillis(SLICE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("Interrupted while waiting", e);
      } catch (Exception e) {
        throw new AssertionError("What was waited for cannot be looked at", e);
      }
      if (found != null) {
        return found;
      }
    }
    throw new AssertionError("Waited in vain for " + SLICES * SLICE_MILLIS / 1000 + " seconds");
  }

  /** Gives a thread a few seconds to end. */
  static void join(Thread thread) throws InterruptedException {
    for (int slice = 0; slice < SLICES / 12 && thread.isAlive(); slice++) {
      thread.join(SLICE_MILLIS);
    }
  }
}
