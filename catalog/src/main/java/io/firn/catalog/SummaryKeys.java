package io.firn.catalog;

/** The keys that Firn sets in the summary of its snapshots, and its table properties. */
public final class SummaryKeys {
  /** The sequence number whose state the snapshot is. */
  public static final String SEQUENCE = "firn.sequence";

  /** What made the snapshot: flush, compaction, purge or settle. */
  public static final String JOB = "firn.job";

  /** The engine instance that committed. */
  public static final String ENGINE_ID = "firn.engine-id";

  /** The commit's own id, by which an unknown outcome is found out. */
  public static final String COMMIT_ID = "firn.commit-id";

  /** In a summary: the epoch that committed. As a table property: the only one that may. */
  public static final String EPOCH = "firn.epoch";

  /**
   * In a summary, {@code true}: the snapshot has one row per key, and no deletes but deletion
   * vectors. As a table property: the id of a foreign snapshot that was found to be so.
   */
  public static final String SETTLED = "firn.settled";

  /** In a summary: the checksums of the snapshot's manifest list and manifests. */
  public static final String CHECKSUMS = "firn.checksums";

  private SummaryKeys() {}
}
