package io.firn.benchmarks.suite;

/** A store answered something else than the model: the measurement is void. */
public final class WrongAnswerError extends AssertionError {

  /**
   * @param what which answer was wrong
   */
  public WrongAnswerError(String what) {
    super("Wrong answer: " + what);
  }

  /** Throws unless an answer is right. */
  public static void check(boolean right, String what) {
    if (!right) {
      throw new WrongAnswerError(what);
    }
  }
}
