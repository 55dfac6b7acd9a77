package io.firn.benchmarks.reference;

import io.firn.benchmarks.Main;
import io.firn.benchmarks.reference.ReferenceChildCommand.Task;
import io.firn.benchmarks.suite.BenchmarkSuite;
import io.firn.benchmarks.suite.ChildJvm;
import io.firn.benchmarks.suite.Directories;
import io.firn.benchmarks.suite.FigureLog;
import io.firn.benchmarks.suite.RunOptions;
import io.firn.benchmarks.suite.TargetTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the reference workload on Firn and chosen peers, and compares them. */
@Command(
    name = "reference",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "The reference workload W1 to W6 on Firn and its peers in turn, every answer checked.")
public final class ReferenceCommand implements Callable<Integer>, BenchmarkSuite {

  static final String SUITE = "reference";

  @Option(
      names = "--peer",
      split = ",",
      paramLabel = "NAME",
      description = "what to measure Firn against: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private Set<Peer> peers = EnumSet.of(Peer.ROCKSDB);

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "how many rows to load; half as many are updated (${DEFAULT-VALUE})")
  private int rows = 2_000_000;

  @Option(
      names = "--figures",
      split = ",",
      paramLabel = "PART",
      description =
          "which parts to measure, of ${COMPLETION-CANDIDATES} (all); reads need the writes before"
              + " them, which are measured as well")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description =
          "how many tables are written beforehand, as large and in the same way; 0 measures a"
              + " process that has just begun (${DEFAULT-VALUE})")
  private int warmUps = 2;

  @Mixin private RunOptions run = new RunOptions();

  @Override
  public List<String> fullArguments() {
    return List.of("--peer", "all");
  }

  @Override
  public Optional<List<String>> quickArguments() {
    return Optional.of(List.of("--rows", "500000", "--rounds", "1", "--warm-up", "1"));
  }

  @Override
  public Integer call() {
    FigureLog log = new FigureLog(System.out);
    ChildJvm child = run.child(Main.class, System.err);
    for (int round = 1; round <= run.rounds(); round++) {
      for (StoreKind store : stores()) {
        Path directory = run.newDirectory(SUITE);
        try {
          measure(child, log, store, directory.resolve("store"), round);
        } finally {
          Directories.delete(directory);
        }
      }
    }
    new TargetTable(SUITE, ReferenceTargets.ALL).print(log, System.out);
    return 0;
  }

  private List<StoreKind> stores() {
    List<StoreKind> stores = new ArrayList<>(List.of(StoreKind.FIRN, StoreKind.FIRN_SYNC));
    for (StoreKind store : StoreKind.values()) {
      if (store.peer() != Peer.NONE && (peers.contains(Peer.ALL) || peers.contains(store.peer()))) {
        stores.add(store);
      }
    }
    return stores;
  }

  private void measure(ChildJvm child, FigureLog log, StoreKind store, Path directory, int round) {
    child.run(log, arguments(Task.MEASURE, store, directory, round));
    if (parts.contains(Part.W6) && store.extent() == StoreKind.Extent.EVERYTHING) {
      child.run(log, arguments(Task.REOPEN, store, directory, round));
      child.runAndKill(log, arguments(Task.FILL, store, directory, round));
      child.run(log, arguments(Task.REOPEN_KILLED, store, directory, round));
    }
  }

  private List<String> arguments(Task task, StoreKind store, Path directory, int round) {
    return List.of(
        "reference-child",
        "--task=" + task,
        "--store=" + store.name(),
        "--path=" + directory,
        "--rows=" + rows,
        "--warm-up=" + warmUps,
        "--round=" + round,
        "--parts=" + parts.stream().map(Part::name).collect(Collectors.joining(",")));
  }
}
