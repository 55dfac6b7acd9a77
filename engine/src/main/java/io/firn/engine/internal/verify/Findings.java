package io.firn.engine.internal.verify;

import io.firn.catalog.Defect;
import io.firn.engine.Finding;
import io.firn.engine.Finding.Severity;
import io.firn.engine.VerifyReport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects findings, a bounded number of them. Used by one thread. */
public final class Findings {

  private final List<Finding> listed = new ArrayList<>();
  private final Set<String> named = new HashSet<>();
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
    named.add(file);
    if (listed.size() < VerifyReport.FINDINGS_MAX) {
      listed.add(new Finding(severity, file, what));
    } else {
      unlisted++;
    }
  }

  /** Something that is broken in the metadata. */
  public void defect(Defect defect) {
    Severity severity = defect.weight() == Defect.Weight.READERS ? Severity.ERROR : Severity.NOTICE;
    add(severity, defect.file(), defect.what());
  }

  /** True if something has been found that is about this file. */
  boolean name(String file) {
    return named.contains(file);
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
