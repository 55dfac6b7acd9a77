package io.firn.benchmarks.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process that measures one store: this Java, this class path, the same flags for every store.
 * Its figures, one line of JSON each on its standard output, go to the driver's log; all else it
 * prints goes to the driver's standard error.
 */
public final class ChildJvm {

  /** What a child prints once it is where it is to be killed. */
  public static final String READY = "READY TO BE KILLED";

  private final String mainClass;
  private final List<String> flags;
  private final PrintStream notes;

  /**
   * @param mainClass whose {@code main} to run
   * @param flags flags for Java, the size of the heap for one
   * @param notes takes what is no figure
   */
  public ChildJvm(Class<?> mainClass, List<String> flags, PrintStream notes) {
    this.mainClass = mainClass.getName();
    this.flags = List.copyOf(flags);
    this.notes = notes;
  }

  /**
   * Runs a child to its end.
   *
   * @throws IllegalStateException if it fails, which a wrong answer makes it do
   */
  public void run(FigureLog log, List<String> arguments) {
    Process process = start(arguments);
    try {
      relay(process, log);
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "A measuring process ended with " + status + ": " + arguments);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while measuring", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs a child until it says that it is {@link #READY}, and kills it with SIGKILL. */
  public void runAndKill(FigureLog log, List<String> arguments) {
    Process process = start(arguments);
    try {
      if (!relay(process, log)) {
        throw new IllegalStateException("A process ended before it could be killed: " + arguments);
      }
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while measuring", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a child; the caller reads its output and ends it. */
  public Process start(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(arguments);
    try {
      return new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .redirectInput(ProcessBuilder.Redirect.PIPE)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns true at {@link #READY}, false at the end of the output. */
  private boolean relay(Process process, FigureLog log) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(READY)) {
          return true;
        }
        Optional<Figure> figure = Figure.parse(line);
        figure.ifPresent(log::add);
        if (figure.isEmpty()) {
          notes.println(line);
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
