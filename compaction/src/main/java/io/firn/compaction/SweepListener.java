package io.firn.compaction;

import io.firn.catalog.ExpireResult;

/**
 * Told of sweeps, on the thread that runs them, without any lock held. What it throws is logged and
 * goes no further.
 */
public interface SweepListener {

  /** A listener that ignores everything. */
  SweepListener NONE = new SweepListener() {};

  /** A batch that was not empty has been deleted. */
  default void swept(SweepBatch batch) {}

  /** Maintenance has expired snapshots and looked for orphans. */
  default void maintained(ExpireResult expired, int orphans) {}
}
