package io.firn.benchmarks;

import io.firn.benchmarks.reference.ReferenceChildCommand;
import io.firn.benchmarks.reference.ReferenceCommand;
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
