package io.firn.service;

/** Where a background service is in its life. */
public enum ServiceState {
  /** Never started. */
  NEW,
  /** Accepts work. */
  RUNNING,
  /** Refuses work; the units in progress are finishing. */
  STOPPING,
  /** No thread is alive and nothing is queued. May be started again. */
  STOPPED
}
