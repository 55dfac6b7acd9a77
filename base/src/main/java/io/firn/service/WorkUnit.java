package io.firn.service;

/**
 * One unit of background work. It runs on a worker thread, is never interrupted and never aborted;
 * a long one asks {@link WorkContext#stopRequested()} at its safe points and leaves nothing behind
 * when it gives up.
 */
@FunctionalInterface
public interface WorkUnit {

  /**
   * Does the work. Anything thrown makes the unit a failed one: it runs again after a backoff, or
   * never again if the service considers the error fatal.
   */
  WorkOutcome run(WorkContext context) throws Exception;
}
