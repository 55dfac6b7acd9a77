package io.firn.benchmarks;

import io.firn.benchmarks.suite.BenchmarkSuite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine;

/** Runs the suites registered beside a command, one after the other. */
final class SuiteRun {

  private SuiteRun() {}

  /**
   * Runs every chosen suite that has arguments; a suite that fails does not keep the others from
   * running.
   *
   * @return the exit code: 0 if all went well
   */
  static int of(
      CommandLine main,
      Predicate<String> chosen,
      Function<BenchmarkSuite, Optional<List<String>>> argumentsOf) {
    int worst = 0;
    for (Map.Entry<String, CommandLine> entry : main.getSubcommands().entrySet()) {
      if (chosen.test(entry.getKey())
          && entry.getValue().getCommand() instanceof BenchmarkSuite suite) {
        Optional<List<String>> arguments = argumentsOf.apply(suite);
        if (arguments.isPresent()) {
          List<String> command = new ArrayList<>(arguments.get());
          command.add(0, entry.getKey());
          worst = Math.max(worst, main.execute(command.toArray(String[]::new)));
        }
      }
    }
    return worst;
  }
}
