package io.firn.benchmarks.suite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/**
 * A suite that measures one store after the other, each in a process and a directory of its own, as
 * often as there are rounds, and prints its targets at the end. The process gets the arguments that
 * {@link ChildArguments} reads.
 */
public abstract class ForkedSuite implements BenchmarkSuite, Callable<Integer> {

  private final String name;
  private final Class<?> childClass;
  private final List<String> stores;
  private final List<String> full;
  private final List<String> quick;

  @Mixin private final RunOptions options = new RunOptions();

  /**
   * @param name the suite's name
   * @param childClass the main class of the measuring processes
   * @param stores the stores to measure, in this order
   * @param full the arguments of the full form
   * @param quick the arguments of the form for a minute or two
   */
  protected ForkedSuite(
      String name,
      Class<?> childClass,
      List<String> stores,
      List<String> full,
      List<String> quick) {
    this.name = name;
    this.childClass = childClass;
    this.stores = List.copyOf(stores);
    this.full = List.copyOf(full);
    this.quick = List.copyOf(quick);
  }

  @Override
  public final List<String> fullArguments() {
    return full;
  }

  @Override
  public final Optional<List<String>> quickArguments() {
    return Optional.of(quick);
  }

  /** What the measuring processes are told besides store, directory and round. */
  protected abstract List<String> childArguments();

  /** What the figures are to reach. */
  protected abstract List<Target> targets();

  @Override
  public final Integer call() {
    FigureLog log = new FigureLog(System.out);
    ChildJvm child = options.child(childClass, System.err);
    for (int round = 1; round <= options.rounds(); round++) {
      for (String store : stores) {
        Path directory = options.newDirectory(name);
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of(name, store, directory.toString(), Integer.toString(round)));
        arguments.addAll(childArguments());
        try {
          child.run(log, arguments);
        } finally {
          Directories.delete(directory);
        }
      }
    }
    new TargetTable(name, targets()).print(log, System.out);
    return 0;
  }
}
