package io.firn.benchmarks.jmh;

import io.firn.benchmarks.suite.BenchmarkSuite;
import io.firn.benchmarks.suite.Figure;
import io.firn.benchmarks.suite.FigureLog;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The micro benchmarks: the time and the allocation of an operation. */
@Command(
    name = JmhSuite.NAME,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "micro benchmarks of the inner loops: time and allocation of an operation")
public final class JmhSuite implements BenchmarkSuite, Callable<Integer> {

  static final String NAME = "jmh";

  private static final String STORE = "firn";
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  @Parameters(
      arity = "0..1",
      defaultValue = ".*",
      paramLabel = "REGEX",
      description = "which benchmarks (all)")
  private String pattern = ".*";

  @Option(
      names = "--forks",
      defaultValue = "3",
      paramLabel = "N",
      description = "processes for each benchmark (${DEFAULT-VALUE})")
  private int forks;

  @Option(
      names = "--iterations",
      defaultValue = "5",
      paramLabel = "N",
      description = "measurements in each, after as many to warm up (${DEFAULT-VALUE})")
  private int iterations;

  @Option(
      names = "--millis",
      defaultValue = "1000",
      paramLabel = "N",
      description = "how long each takes (${DEFAULT-VALUE})")
  private int millis;

  @Override
  public List<String> fullArguments() {
    return List.of();
  }

  @Override
  public Optional<List<String>> quickArguments() {
    return Optional.of(List.of("--forks", "1", "--iterations", "2", "--millis", "300"));
  }

  @Override
  public Integer call() throws RunnerException {
    TimeValue time = TimeValue.milliseconds(millis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("io\\.firn\\.benchmarks\\.jmh\\..*" + pattern)
            .forks(forks)
            .warmupIterations(iterations)
            .measurementIterations(iterations)
            .warmupTime(time)
            .measurementTime(time)
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .jvmArgs(
                "-Xmx2g",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    Collection<RunResult> results =
        new Runner(
                options.build(),
                OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
            .run();
    FigureLog log = new FigureLog(System.out);
    for (RunResult result : results) {
      String name = name(result.getParams());
      log.add(figure(name, result.getPrimaryResult()));
      Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
      if (allocated != null) {
        log.add(figure(name + " allocated", allocated));
      }
    }
    System.out.printf("%-60s %12s %12s%n", "operation", "ns", "bytes");
    for (RunResult result : results) {
      Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
      System.out.printf(
          Locale.ROOT,
          "%-60s %,12.1f %,12.1f%n",
          name(result.getParams()),
          result.getPrimaryResult().getScore(),
          allocated == null ? Double.NaN : allocated.getScore());
    }
    return 0;
  }

  private static Figure figure(String name, Result<?> result) {
    return new Figure(NAME, STORE, name, result.getScoreUnit(), result.getScore(), 1);
  }

  /** {@code Class.method name=value}. */
  private static String name(BenchmarkParams params) {
    String[] parts = params.getBenchmark().split("\\.");
    StringBuilder name = new StringBuilder();
    name.append(parts[parts.length - 2].replace("Benchmark", ""));
    name.append('.').append(parts[parts.length - 1]);
    for (String key : params.getParamsKeys()) {
      name.append(' ').append(key).append('=').append(params.getParam(key));
    }
    return name.toString();
  }
}
