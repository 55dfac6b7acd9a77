package io.firn.cli;

import io.firn.cli.internal.command.ExitCode;
import io.firn.cli.internal.command.FirnCommand;
import io.firn.cli.internal.output.Terminal;
import io.firn.error.FirnException;
import io.firn.error.NotATableException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The entry of the {@code firn} program. Data goes to standard output, everything else to standard
 * error; the exit codes are those of {@link ExitCode}.
 */
public final class Main {

  private Main() {}

  /** Runs a command line and ends the process. */
  public static void main(String[] arguments) {
    boolean verbose =
        Arrays.asList(arguments).contains("-v") || Arrays.asList(arguments).contains("--verbose");
    // Read when the first logger is made, so before anything of Firn is touched.
    if (verbose) {
      System.setProperty("org.slf4j.simpleLogger.log.io.firn", "info");
    }
    System.exit(execute(Terminal.ofProcess(), arguments));
  }

  /** Runs a command line on a terminal and returns the exit code. */
  public static int execute(Terminal terminal, String... arguments) {
    FirnCommand firn = new FirnCommand(terminal);
    // It would tell on standard error what it finds odd about values that are told in full below.
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    CommandLine commandLine =
        new CommandLine(firn)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
            .setParameterExceptionHandler((e, unused) -> usage(e))
            .setExecutionExceptionHandler((e, unused, result) -> failure(firn, terminal, e));
    int code = commandLine.execute(arguments);
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private static int usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("firn: " + message(e));
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'");
    return ExitCode.USAGE;
  }

  private static String message(ParameterException e) {
    return e instanceof UnmatchedArgumentException unmatched
            && e.getCommandLine().getParent() == null
            && !unmatched.isUnknownOption()
        ? "Unknown command '" + unmatched.getUnmatched().get(0) + "'"
        : Objects.requireNonNullElse(e.getMessage(), "");
  }

  private static int failure(FirnCommand firn, Terminal terminal, Exception e) {
    boolean expected =
        e instanceof FirnException || e.getClass().getPackageName().startsWith("io.firn");
    terminal.say("firn: " + (expected ? e.getMessage() : e.toString()));
    if (e instanceof NotATableException) {
      terminal.say("'firn create' makes a table");
    }
    if (firn.verbose()) {
      e.printStackTrace(terminal.err());
    } else if (!expected) {
      terminal.say("firn: this is not an error Firn expects; --verbose shows where it comes from");
    }
    return ExitCode.of(e);
  }
}
