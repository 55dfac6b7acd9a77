package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import io.firn.benchmarks.suite.Target.Measured;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P12: what lookups and updates cost in a table ten times as large. */
@Command(
    name = GrowthSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "P12: lookups and settled updates as the table grows tenfold")
public final class GrowthSuite extends ForkedSuite {

  static final String NAME = "growth";
  static final int FACTOR = 10;
  static final String SMALL = "at 1 x";
  static final String LARGE = "at 10 x";

  private static final String STORE = "firn";

  @Option(
      names = "--rows",
      defaultValue = "2000000",
      paramLabel = "N",
      description = "rows at first (${DEFAULT-VALUE})")
  private int rows;

  /** With its defaults. */
  public GrowthSuite() {
    super(
        NAME,
        GrowthChild.class,
        List.of(STORE),
        List.of("--rounds", "1"),
        List.of("--rounds", "1", "--rows", "200000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(rows));
  }

  @Override
  protected List<Target> targets() {
    return List.of(
        target("get", " mean", Comparison.AT_MOST_TIMES, 1.5),
        target("get", " p99", Comparison.AT_MOST_TIMES, 1.5),
        target("update settled", "", Comparison.TIMES_AS_MUCH, 0.6));
  }

  private static Target target(String what, String part, Comparison comparison, double goal) {
    return Target.between(
        "P12",
        new Measured(STORE, what + " " + LARGE + part),
        comparison,
        goal,
        new Measured(STORE, what + " " + SMALL + part));
  }
}
