package io.firn.benchmarks;

import io.firn.benchmarks.suite.BenchmarkSuite;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the suites: {@link BenchmarkSuite#fullArguments}. */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = "Runs every suite in full. Takes hours.")
final class AllCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return SuiteRun.of(
        spec.parent().commandLine(), name -> true, suite -> Optional.of(suite.fullArguments()));
  }
}
