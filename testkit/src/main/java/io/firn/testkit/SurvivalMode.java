package io.firn.testkit;

/** What a crash leaves of the bytes and names that nobody had made durable. */
public enum SurvivalMode {
  /** Nothing: the power was cut before anything reached the disk. */
  NONE,
  /** Everything, and still not durable: the process was killed, the operating system lives. */
  ALL,
  /** Each file keeps a part of its unsynced end, each directory some of its unsynced changes. */
  RANDOM,
  /** As {@link #RANDOM}, and sectors within the unsynced ends may hold zeros or garbage. */
  TORN,
  /**
   * The disk wrote in an order of its own: any sectors of the unsynced ends, later ones without
   * earlier ones, and the unsynced changes of a directory in any order.
   */
  REORDERED
}
