package io.firn.engine;

import java.util.List;

/**
 * What {@link TableVerifier} looked at and found.
 *
 * @param snapshotId the Iceberg snapshot, or -1 if the table has none
 * @param files how many data files it has
 * @param rows how many rows they hold, deleted ones included
 * @param liveRows how many rows a reader sees
 * @param findings the findings in the order they were made; the first {@value #FINDINGS_MAX}
 * @param unlisted how many findings there were beyond those
 */
public record VerifyReport(
    long snapshotId, int files, long rows, long liveRows, List<Finding> findings, long unlisted) {

  /** The most findings a report lists. */
  public static final int FINDINGS_MAX = 1_000;

  public VerifyReport {
    findings = List.copyOf(findings);
  }

  /** True if nothing was found that a reader could notice. */
  public boolean sound() {
    return unlisted == 0
        && findings.stream().allMatch(found -> found.severity() == Finding.Severity.NOTICE);
  }
}
