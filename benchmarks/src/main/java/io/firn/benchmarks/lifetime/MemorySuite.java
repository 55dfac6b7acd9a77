package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** P11: a large table in a small heap. */
@Command(
    name = MemorySuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "P11: 20 million rows loaded, updated, fully compacted and scanned in 512 MB")
public final class MemorySuite extends ForkedSuite {

  static final String NAME = "memory";
  static final String DONE = "rows done";
  static final String RESIDENT = "peak memory";
  static final String HEAP = "heap";

  private static final String STORE = "firn";

  @Option(
      names = "--rows",
      defaultValue = "20000000",
      paramLabel = "N",
      description = "rows of the table (${DEFAULT-VALUE})")
  private int rows;

  /** With its defaults. */
  public MemorySuite() {
    super(
        NAME,
        MemoryChild.class,
        List.of(STORE),
        List.of("--rounds", "1", "--heap", "512m"),
        List.of("--rounds", "1", "--heap", "256m", "--rows", "2000000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(Integer.toString(rows));
  }

  @Override
  protected List<Target> targets() {
    return List.of(Target.value("P11", DONE, STORE, Comparison.AT_LEAST, rows));
  }
}
