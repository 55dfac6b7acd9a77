package io.firn.benchmarks;

import io.firn.benchmarks.jmh.JmhSuite;
import io.firn.benchmarks.lifetime.CommitsSuite;
import io.firn.benchmarks.lifetime.FreshnessSuite;
import io.firn.benchmarks.lifetime.GrowthSuite;
import io.firn.benchmarks.lifetime.MemorySuite;
import io.firn.benchmarks.lifetime.ReopenSuite;
import io.firn.benchmarks.lifetime.SparkScanSuite;
import io.firn.benchmarks.reference.ReferenceChildCommand;
import io.firn.benchmarks.reference.ReferenceCommand;
import io.firn.benchmarks.tpch.TpchSuite;
import io.firn.benchmarks.ycsb.YcsbSuite;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code benchmarks/run}: one sub-command a suite, and two that run several. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Firn beside its peers, checking every answer.",
      "One line of JSON a figure, and at the end a table of targets."
    },
    subcommands = {
      ReferenceCommand.class,
      ReferenceChildCommand.class,
      YcsbSuite.class,
      TpchSuite.class,
      SparkScanSuite.class,
      CommitsSuite.class,
      FreshnessSuite.class,
      GrowthSuite.class,
      MemorySuite.class,
      ReopenSuite.class,
      JmhSuite.class,
      AllCommand.class,
      QuickCommand.class
    })
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }
}
