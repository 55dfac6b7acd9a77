package io.firn.engine;

import io.firn.compaction.CompactionRequest;

/** How much an explicit compaction does. */
public enum CompactionKind {
  /** What the scores ask for, until none does. */
  DUE,
  /** Everything into one sorted run on the deepest level. */
  FULL,
  /** Rewrites every file that has masked rows, so that no deletion vector is left. */
  PURGE_DELETES;

  CompactionRequest request() {
    return switch (this) {
      case DUE -> CompactionRequest.MINOR;
      case FULL -> CompactionRequest.FULL;
      case PURGE_DELETES -> CompactionRequest.PURGE;
    };
  }
}
