package io.firn.compaction;

/** A compaction that somebody asks for. */
public enum CompactionRequest {
  /** What is due, and level 0 emptied of the files that were in it when the request came. */
  MINOR,
  /** Everything into one sorted run without masked rows. */
  FULL,
  /** Every file with masked rows rewritten, in its level. */
  PURGE
}
