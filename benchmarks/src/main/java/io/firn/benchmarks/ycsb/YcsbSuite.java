package io.firn.benchmarks.ycsb;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.ForkedSuite;
import io.firn.benchmarks.suite.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** YCSB's core workloads on Firn and RocksDB in one run. */
@Command(
    name = YcsbSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "YCSB's core workloads A to F beside RocksDB, values checked by YCSB")
public final class YcsbSuite extends ForkedSuite {

  static final String NAME = "ycsb";
  static final String FIRN = "firn";
  static final String ROCKSDB = "rocksdb";

  @Option(
      names = "--records",
      defaultValue = "1000000",
      paramLabel = "N",
      description = "rows to load, of a key and ten fields of 100 bytes (${DEFAULT-VALUE})")
  private int records;

  @Option(
      names = "--operations",
      defaultValue = "1000000",
      paramLabel = "N",
      description =
          "operations of each workload; a tenth of them of E, which scans (${DEFAULT-VALUE})")
  private int operations;

  @Option(
      names = "--threads",
      defaultValue = "2",
      paramLabel = "N",
      description = "threads of the client (${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--workloads",
      split = ",",
      defaultValue = "A,B,C,F,D,E",
      paramLabel = "NAME",
      description = "which workloads, run in this order: ${COMPLETION-CANDIDATES} (all)")
  private List<CoreMix> mixes = List.of();

  /** With its defaults. */
  public YcsbSuite() {
    super(
        NAME,
        YcsbChild.class,
        List.of(FIRN, ROCKSDB),
        List.of(),
        List.of("--rounds", "1", "--records", "100000", "--operations", "50000"));
  }

  @Override
  protected List<String> childArguments() {
    return List.of(
        Integer.toString(records),
        Integer.toString(operations),
        Integer.toString(threads),
        mixes.stream().map(CoreMix::name).collect(Collectors.joining(",")));
  }

  /** The goals of the reference workload, for the operations that are like its own. */
  @Override
  protected List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    targets.add(rate("P1", "load", 2));
    targets.add(rate("P2", "load settled", 1.5));
    for (CoreMix mix : CoreMix.values()) {
      String id = mix == CoreMix.E ? "P5" : "P4";
      targets.add(rate(id, mix.name(), mix == CoreMix.C ? 2 : 1));
      for (String operation : mix.operations()) {
        targets.add(latency(id, mix.name() + " " + operation + " mean"));
        targets.add(latency(id, mix.name() + " " + operation + " p99"));
      }
    }
    return targets;
  }

  private static Target rate(String id, String figure, double goal) {
    return Target.against(id, figure, FIRN, Comparison.TIMES_AS_MUCH, goal, ROCKSDB);
  }

  private static Target latency(String id, String figure) {
    return Target.against(id, figure, FIRN, Comparison.TIMES_AS_FAST, 1, ROCKSDB);
  }
}
