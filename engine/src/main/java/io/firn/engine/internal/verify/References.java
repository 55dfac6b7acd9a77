package io.firn.engine.internal.verify;

import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableStore;
import io.firn.error.FirnException;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether every file that a retained snapshot names exists, which files nothing names, and whether
 * the sequence numbers of snapshots go forward.
 */
public final class References {

  private final TableStore store;
  private final Findings findings;

  public References(TableStore store, Findings findings) {
    this.store = store;
    this.findings = findings;
  }

  /** Checks; files modified later than the given time may belong to a commit under way. */
  public void check(long orphansModifiedBeforeMillis) {
    sequences();
    try {
      for (String path : store.referencedFiles()) {
        if (!findings.name(path) && !store.files().exists(StoragePaths.withoutFileScheme(path))) {
          findings.error(path, "is referenced by the table's metadata and does not exist");
        }
      }
      for (String path : store.orphans(Set.of(), orphansModifiedBeforeMillis)) {
        findings.notice(path, "is referenced by nothing");
      }
    } catch (IOException | FirnException e) {
      findings.error(store.location(), "the table's files cannot be listed: " + e);
    }
  }

  /** A snapshot's state is never older than its parent's. */
  private void sequences() {
    Map<Long, SnapshotInfo> known = new HashMap<>();
    for (SnapshotInfo snapshot : store.snapshots()) {
      known.put(snapshot.snapshotId(), snapshot);
      SnapshotInfo parent =
          snapshot.parentId().isPresent() ? known.get(snapshot.parentId().getAsLong()) : null;
      if (parent != null
          && parent.sequence().isPresent()
          && snapshot.sequence().isPresent()
          && snapshot.sequence().getAsLong() < parent.sequence().getAsLong()) {
        findings.error(
            store.location(),
            "snapshot "
                + snapshot.snapshotId()
                + " is at sequence number "
                + snapshot.sequence().getAsLong()
                + ", behind its parent's "
                + parent.sequence().getAsLong());
      }
    }
  }
}
