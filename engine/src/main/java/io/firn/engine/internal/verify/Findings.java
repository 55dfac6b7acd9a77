package io.firn.engine.internal.verify;

import io.firn.engine.Finding;
import io.firn.engine.Finding.Severity;
import io.firn.engine.VerifyReport;
import java.util.ArrayList;
import java.util.List;

/** Collects findings, a bounded number of them. Used by one thread. */
public final class Findings {

  private final List<Finding> listed = new ArrayList<>();
  private long unlisted;

  /** Something a reader can notice. */
  public void error(String file, String what) {
    add(Severity.ERROR, file, what);
  }

  void warning(String file, String what) {
    add(Severity.WARNING, file, what);
  }

  void notice(String file, String what) {
    add(Severity.NOTICE, file, what);
  }

  private void add(Severity severity, String file, String what) {
    if (listed.size() < VerifyReport.FINDINGS_MAX) {
      listed.add(new Finding(severity, file, what));
    } else {
      unlisted++;
    }
  }

  /** The findings, up to the most that a report lists. */
  public List<Finding> listed() {
    return listed;
  }

  /** How many there were beyond those. */
  public long unlisted() {
    return unlisted;
  }
}
