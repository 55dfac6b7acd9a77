package io.firn.reliability;

/**
 * One way of mistreating tables. A campaign is a number of rounds, each with its own seed, its own
 * directory and its own tables; rounds share nothing and may be run in any order and number.
 */
public interface Campaign {

  /** How it is called on the command line. */
  String name();

  /** One line of what is done and what must hold. */
  String promise();

  /** The rounds of a full run. */
  int rounds();

  /** The rounds of the everyday suite: a few seconds. */
  int everydayRounds();

  /** The campaign with the rounds of the everyday suite, if these are smaller. */
  default Campaign everyday() {
    return this;
  }

  /**
   * One round.
   *
   * @return how many cases were tried in it
   * @throws AssertionError if a promise was broken
   * @throws Exception if anything else went wrong, which counts as a failure too
   */
  long run(Round round) throws Exception;
}
