package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.spark.SparkComparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P7: Spark's scans of the live table beside those of a plain one. */
@Command(
    name = SparkScanSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "P7: Spark scanning the live table beside the same rows written by Spark")
public final class SparkScanSuite extends ForkedSuite {

  static final String NAME = "spark-scan";
  static final String ONE_COLUMN = "count and sum";
  static final String ALL_COLUMNS = "all columns";

  private static final String STORE = "firn";

  @Option(
      names = "--rows",
      defaultValue = "2000000",
      paramLabel = "N",
      description = "rows to load; half as many are updated (${DEFAULT-VALUE})")
  private int rows;

  /** With its defaults. */
  public SparkScanSuite() {
    super(
        NAME,
        SparkScanChild.class,
        List.of(STORE),
        List.of(),
        List.of("--rounds", "1", "--rows", "500000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(rows));
  }

  @Override
  protected List<Target> targets() {
    return SparkComparison.targets(STORE, List.of(ONE_COLUMN, ALL_COLUMNS));
  }
}
