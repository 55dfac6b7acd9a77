package io.firn.reliability;

import org.jspecify.annotations.Nullable;

/**
 * What all rounds of a campaign go through together: follows from the campaign's seed, and is made
 * by the first round that asks. Rounds must not change it.
 */
final class SharedFixture<T> {

  /** Makes it. */
  interface Making<T> {
    T of(long campaignSeed) throws Exception;
  }

  private final Making<T> making;
  private @Nullable T made;
  private long seed;

  SharedFixture(Making<T> making) {
    this.making = making;
  }

  synchronized T of(Round round) throws Exception {
    T found = made;
    if (found == null || seed != round.campaignSeed()) {
      found = making.of(round.campaignSeed());
      made = found;
      seed = round.campaignSeed();
    }
    return found;
  }
}
