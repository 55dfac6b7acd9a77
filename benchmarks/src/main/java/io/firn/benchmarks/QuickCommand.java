package io.firn.benchmarks;

import io.firn.benchmarks.suite.BenchmarkSuite;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the suites: {@link BenchmarkSuite#quickArguments}. */
@Command(
    name = "quick",
    mixinStandardHelpOptions = true,
    description = "Runs the short forms, about five minutes.")
final class QuickCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return SuiteRun.all(spec.parent().commandLine(), BenchmarkSuite::quickArguments);
  }
}
