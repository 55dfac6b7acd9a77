package io.firn.reliability;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Random;

/**
 * What one round of a campaign gets.
 *
 * @param index counts from 0; campaigns that go through all of something take it as the place
 * @param campaignSeed the same for all rounds of a campaign: what they go through together
 * @param seed the source of the round's own randomness
 * @param directory an empty directory, deleted after a round that went well
 */
public record Round(int index, long campaignSeed, long seed, Path directory) {

  /**
   * Where the round is in a list of so many places that the rounds go through, pass after pass:
   * neighbours lie far apart, so that a few rounds are spread over all of it.
   */
  public int place(int places) {
    int step = (int) (places * 0.618) + 1;
    while (BigInteger.valueOf(step).gcd(BigInteger.valueOf(places)).intValue() > 1) {
      step++;
    }
    return Math.floorMod((long) index * step, places);
  }

  /** How often the rounds before this one have gone through so many places. */
  public int pass(int places) {
    return index / places;
  }

  /** A new generator at the start of the round's sequence. */
  public Random random() {
    return new Random(seed);
  }

  /** Where the round's table goes, also within a storage in memory. */
  public String table() {
    return directory.resolve("table").toString();
  }
}
