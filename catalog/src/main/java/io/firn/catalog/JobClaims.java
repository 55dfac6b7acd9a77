package io.firn.catalog;

import io.firn.error.CommitConflictException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job beside the table's owner says of itself, for others to know: since when it writes
 * files that no metadata names yet. As long as there is one, the owner leaves gaps between its
 * commits. A claim is a {@link Lease} whose name tells the start; it ends by itself if its job
 * dies. The job renews it, in good time.
 */
public final class JobClaims {

  private static final Logger LOG = LoggerFactory.getLogger(JobClaims.class);
  private static final String PREFIX = "job-";

  /** How long a claim lasts, unless it is renewed or released. */
  public static final Duration DURATION = Duration.ofDays(1);

  private final TableStore store;
  private final String name;

  /**
   * The claim of a job.
   *
   * @param startMillis before its first file
   * @param id the job's own
   */
  public JobClaims(TableStore store, long startMillis, String id) {
    this.store = store;
    this.name = PREFIX + startMillis + "-" + id;
  }

  /**
   * Makes the claim, or makes it last anew. If others' commits come first again and again, the next
   * renewal makes up for it.
   */
  public void renew(long nowMillis) {
    long snapshot = store.version().snapshotId();
    if (snapshot == Version.NO_SNAPSHOT) {
      return;
    }
    try {
      Lease ignored = store.lease(name, snapshot, DURATION, nowMillis);
    } catch (CommitConflictException e) {
      LOG.warn("The claim {} has not been renewed", name, e);
    }
  }

  /** Ends the claim; nothing happens if there is none. */
  public void release() {
    store.release(name);
  }

  /** Whether a job has a claim that has not ended at a time. */
  static boolean any(List<Lease> leases, long atMillis) {
    return leases.stream().anyMatch(lease -> lasts(lease, atMillis));
  }

  private static boolean lasts(Lease lease, long atMillis) {
    return lease.untilMillis() > atMillis && lease.name().startsWith(PREFIX);
  }

  /** When the first of the jobs began whose claims had not ended at a time; that time if none. */
  static long oldestStart(List<Lease> leases, long atMillis) {
    long oldest = atMillis;
    for (Lease lease : leases) {
      if (lasts(lease, atMillis)) {
        oldest = Math.min(oldest, start(lease.name()));
      }
    }
    return oldest;
  }

  private static long start(String name) {
    String rest = name.substring(PREFIX.length());
    int end = rest.indexOf('-');
    try {
      return Long.parseLong(end < 0 ? rest : rest.substring(0, end));
    } catch (NumberFormatException notOurs) {
      // A lease that somebody named like a claim; it is none.
      return Long.MAX_VALUE;
    }
  }
}
