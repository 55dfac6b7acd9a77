package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P9: how soon a write is seen by an outside Iceberg reader. */
@Command(
    name = FreshnessSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "P9: the delay until a write is seen by an outside Iceberg reader, at a steady rate and a"
            + " flush interval of a second")
public final class FreshnessSuite extends ForkedSuite {

  static final String NAME = "freshness";
  static final String RATE = "written";
  static final String DELAY = "visible outside";

  private static final String STORE = "firn";
  private static final double DELAY_MICROS_MAX = 2_000_000;

  /** The share of the asked rate that counts as having kept it. */
  private static final double RATE_KEPT = 0.99;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "how long to write (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--rate",
      defaultValue = "50000",
      paramLabel = "N",
      description = "updates a second; a multiple of 100 (${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--rows",
      defaultValue = "2000000",
      paramLabel = "N",
      description = "rows of the table (${DEFAULT-VALUE})")
  private int rows;

  /** With its defaults. */
  public FreshnessSuite() {
    super(
        NAME,
        FreshnessChild.class,
        List.of(STORE),
        List.of(),
        List.of("--rounds", "1", "--seconds", "20", "--rows", "500000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(seconds), Integer.toString(rate), Integer.toString(rows));
  }

  @Override
  protected List<Target> targets() {
    return List.of(
        Target.value("P9", RATE, STORE, Comparison.AT_LEAST, rate * RATE_KEPT),
        Target.value("P9", DELAY + " p99", STORE, Comparison.AT_MOST, DELAY_MICROS_MAX));
  }
}
