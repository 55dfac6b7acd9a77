package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import io.firn.benchmarks.suite.Target.Measured;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P8: what the 1,000th flush commit costs beside the 10th, and what is left of them on disk. */
@Command(
    name = CommitsSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "P8: the latency of flush commits, the 1,000th beside the 10th; files and bytes")
public final class CommitsSuite extends ForkedSuite {

  static final String NAME = "commits";

  /** A table that keeps snapshots for a second. */
  static final String FEW_SNAPSHOTS = "firn";

  /** A table with the default options, which keep every snapshot for an hour. */
  static final String ALL_SNAPSHOTS = "firn, all snapshots";

  private static final double COST_MAX = 1.5;

  @Option(
      names = "--commits",
      defaultValue = "1000",
      paramLabel = "N",
      description = "how many commits; a multiple of 100 (${DEFAULT-VALUE})")
  private int commits;

  @Option(
      names = "--rows",
      defaultValue = "1000",
      paramLabel = "N",
      description = "updates in each (${DEFAULT-VALUE})")
  private int rows;

  @Option(
      names = "--table-rows",
      defaultValue = "200000",
      paramLabel = "N",
      description = "rows of the table (${DEFAULT-VALUE})")
  private int tableRows;

  /** The tenth commit, and every tenth part of all. */
  static boolean isReported(int commit, int commits) {
    return commit == CommitsChild.WINDOW || commit % (commits / 10) == 0;
  }

  /** With its defaults. */
  public CommitsSuite() {
    super(
        NAME,
        CommitsChild.class,
        List.of(FEW_SNAPSHOTS, ALL_SNAPSHOTS),
        List.of(),
        List.of("--rounds", "1", "--rows", "100", "--table-rows", "20000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(commits), Integer.toString(rows), Integer.toString(tableRows));
  }

  @Override
  protected List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (String store : List.of(FEW_SNAPSHOTS, ALL_SNAPSHOTS)) {
      targets.add(growth(store, "commit " + commits, "commit " + CommitsChild.WINDOW));
    }
    for (String what : List.of("metadata files", "metadata bytes", "data files", "data bytes")) {
      targets.add(growth(FEW_SNAPSHOTS, what + " at " + commits, what + " at " + commits / 2));
    }
    return targets;
  }

  private static Target growth(String store, String late, String early) {
    return Target.between(
        "P8",
        new Measured(store, late),
        Comparison.AT_MOST_TIMES,
        COST_MAX,
        new Measured(store, early));
  }
}
