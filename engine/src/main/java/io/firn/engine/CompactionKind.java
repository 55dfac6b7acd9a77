package io.firn.engine;

/** How much an explicit compaction does. */
public enum CompactionKind {
  /** What the scores ask for, until none does. */
  DUE,
  /** Everything into one sorted run on the deepest level. */
  FULL,
  /** Rewrites every file that has masked rows, so that no deletion vector is left. */
  PURGE_DELETES
}
