package io.firn.compaction;

import java.util.Set;

/** Says which files somebody in this process still needs. Safe for use by many threads. */
@FunctionalInterface
public interface PinRegistry {

  /**
   * The files that open readers pin, and those that jobs which have not committed yet read or
   * write. A file that is not in the set at the time of the call, and that no retained snapshot
   * names, must never become needed again.
   */
  Set<String> pinnedPaths();
}
