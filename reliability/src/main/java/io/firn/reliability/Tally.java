package io.firn.reliability;

import java.util.List;

/**
 * What became of a campaign.
 *
 * @param campaign its name
 * @param rounds how many were run
 * @param cases how many cases these tried
 * @param seconds how long it took
 * @param failures the failed rounds
 */
public record Tally(
    String campaign, int rounds, long cases, double seconds, List<Failure> failures) {

  public Tally {
    failures = List.copyOf(failures);
  }

  /**
   * A failed round.
   *
   * @param round its index
   * @param seed its seed, which repeats it
   * @param error what it threw
   */
  public record Failure(int round, long seed, Throwable error) {}
}
