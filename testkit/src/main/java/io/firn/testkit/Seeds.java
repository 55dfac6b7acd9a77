package io.firn.testkit;

import java.util.Random;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The seed of a test's randomness: the system property {@code firn.seed}, or a fresh one. A test
 * that fails carries the seed in its exception, ready to be given back:
 *
 * <pre>{@code
 * @RegisterExtension final Seeds seeds = new Seeds();
 * }</pre>
 */
public final class Seeds implements TestExecutionExceptionHandler {

  private static final String PROPERTY = "firn.seed";

  private final long seed;

  /** Takes the property, or a fresh seed. */
  public Seeds() {
    String given = System.getProperty(PROPERTY, "");
    this.seed = given.isBlank() ? new Random().nextLong() : Long.parseLong(given.strip());
  }

  /** The seed itself. */
  public long seed() {
    return seed;
  }

  /** A new generator at the start of the test's sequence. */
  public Random random() {
    return new Random(seed);
  }

  /** A new generator with a sequence of its own, for one of several threads or rounds. */
  public Random random(long stream) {
    return new Random(seed ^ (stream * 0x9E3779B97F4A7C15L));
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    failure.addSuppressed(new Report(seed));
    throw failure;
  }

  private static final class Report extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Report(long seed) {
      super("Repeat with -D" + PROPERTY + "=" + seed, null, false, false);
    }
  }
}
