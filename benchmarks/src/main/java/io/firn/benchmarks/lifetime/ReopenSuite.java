package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P13: opening a table of many files. */
@Command(
    name = ReopenSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "P13: a clean open of a table with 200 files, and its first lookup")
public final class ReopenSuite extends ForkedSuite {

  static final String NAME = "reopen";
  static final String FIRST_OPEN = "first open";
  static final String SECOND_OPEN = "second open";

  private static final String STORE = "firn";

  @Option(
      names = "--files",
      defaultValue = "200",
      paramLabel = "N",
      description = "data files (${DEFAULT-VALUE})")
  private int files;

  @Option(
      names = "--rows",
      defaultValue = "10000",
      paramLabel = "N",
      description = "rows in each (${DEFAULT-VALUE})")
  private int rows;

  /** With its defaults. */
  public ReopenSuite() {
    super(
        NAME,
        ReopenChild.class,
        List.of(STORE),
        List.of(),
        List.of("--rounds", "1", "--rows", "1000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(files), Integer.toString(rows));
  }

  @Override
  protected List<Target> targets() {
    return List.of(
        Target.value("P13", FIRST_OPEN, STORE, Comparison.AT_MOST, 1),
        Target.value("P13", FIRST_OPEN + " and get", STORE, Comparison.AT_MOST, 1),
        Target.value("P13", SECOND_OPEN + " and get", STORE, Comparison.AT_MOST, 1));
  }
}
