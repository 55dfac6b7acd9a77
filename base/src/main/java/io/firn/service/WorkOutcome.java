package io.firn.service;

/** How a unit of work ended when it did not fail. */
public enum WorkOutcome {
  /** It did something. */
  DONE,
  /** There was nothing to do, or what it needs was busy. */
  SKIPPED,
  /** It did something and there is more: run it again, behind what is queued. */
  AGAIN
}
