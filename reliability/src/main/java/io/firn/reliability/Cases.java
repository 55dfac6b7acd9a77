package io.firn.reliability;

import java.util.ArrayList;
import java.util.List;

/** Counts the cases of one round and goes on after a failed one, so that a round tells them all. */
final class Cases {

  private static final int LISTED_MAX = 10;

  /** One case; what it throws is its failure. */
  interface Case {
    void run() throws Exception;
  }

  private final List<Throwable> listed = new ArrayList<>();
  private long tried;
  private long failed;

  void run(String what, Case attempt) {
    tried++;
    try {
      attempt.run();
    } catch (Throwable e) {
      failed++;
      if (listed.size() < LISTED_MAX) {
        listed.add(new AssertionError(what + ": " + e.getMessage(), e));
      }
    }
  }

  /** The number of cases, if all went well. */
  long tried() {
    if (failed > 0) {
      AssertionError error =
          new AssertionError(
              failed + " of " + tried + " cases failed; first " + listed.get(0).getMessage());
      listed.forEach(error::addSuppressed);
      throw error;
    }
    return tried;
  }
}
