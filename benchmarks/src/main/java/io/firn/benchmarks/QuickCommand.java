package io.firn.benchmarks;

import io.firn.benchmarks.suite.BenchmarkSuite;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the suites: {@link BenchmarkSuite#quickArguments}. */
@Command(
    name = "quick",
    mixinStandardHelpOptions = true,
    description = "Runs the short forms of suites; without a name, of those for five minutes.")
final class QuickCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..*",
      defaultValue = "reference",
      paramLabel = "SUITE",
      description = "which suites (${DEFAULT-VALUE})")
  private List<String> suites = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return SuiteRun.of(
        spec.parent().commandLine(), suites::contains, BenchmarkSuite::quickArguments);
  }
}
