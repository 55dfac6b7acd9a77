package io.firn.service;

/** What became of work handed to a {@link BackgroundService}. */
public enum Offer {
  /** A worker will do it. */
  QUEUED,
  /**
   * The same key was queued already, or is running and will run once more: one run that begins
   * after this call covers the request.
   */
  MERGED,
  /** It is queued, but no worker thread could be started: call {@link BackgroundService#runDue}. */
  INLINE,
  /** Refused: the queue is full. */
  FULL,
  /** Refused: the service is not running. */
  STOPPED,
  /** Refused: the service has no workers by configuration. */
  DISABLED;

  /** True if the service has taken the work; false if it stays with the caller. */
  public boolean accepted() {
    return this == QUEUED || this == MERGED || this == INLINE;
  }
}
