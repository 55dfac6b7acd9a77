package io.firn.benchmarks.tpch;

import io.firn.benchmarks.spark.SparkComparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** TPC-H's lineitem: load, refresh, Q1 and Q6. */
@Command(
    name = TpchSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "TPC-H's lineitem loaded and refreshed; Q1 and Q6 by Firn, and by Spark on the live table"
            + " and on a plain copy")
public final class TpchSuite extends ForkedSuite {

  static final String NAME = "tpch";
  static final String Q1 = "Q1 by Spark";
  static final String Q6 = "Q6 by Spark";

  private static final String STORE = "firn";

  @Option(
      names = "--scale",
      defaultValue = "0.3",
      paramLabel = "N",
      description = "the scale factor; 1 is six million lines (${DEFAULT-VALUE})")
  private double scale;

  /** With its defaults. */
  public TpchSuite() {
    super(
        NAME,
        TpchChild.class,
        List.of(STORE),
        List.of(),
        List.of("--rounds", "1", "--scale", "0.05"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Double.toString(scale));
  }

  @Override
  protected List<Target> targets() {
    return SparkComparison.targets(STORE, List.of(Q1, Q6));
  }
}
