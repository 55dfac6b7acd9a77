package io.firn.benchmarks.suite;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that every suite has: a picocli mixin. */
public final class RunOptions {

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "measure each store N times in turn and compare medians (${DEFAULT-VALUE})")
  private int rounds = 3;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "where the stores lie while they are measured (the system's for temporary files)")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "the largest heap of each measuring process (${DEFAULT-VALUE})")
  private String heap = "2g";

  @Option(
      names = "--jvm",
      paramLabel = "FLAG",
      description = "a further flag for each measuring process, -XX:+UseParallelGC for one")
  private List<String> jvm = new ArrayList<>();

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description = "an option of Firn's (the defaults)")
  private Map<String, String> firn = new LinkedHashMap<>();

  /** How many rounds to measure. */
  public int rounds() {
    return rounds;
  }

  /** A new, empty directory for measured stores; the caller deletes it. */
  public Path newDirectory(String suite) {
    try {
      Files.createDirectories(directory);
      return Files.createTempDirectory(directory, "firn-" + suite + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Measuring processes with the chosen heap and flags. */
  public ChildJvm child(Class<?> mainClass, PrintStream notes) {
    List<String> flags = new ArrayList<>();
    flags.add("-Xmx" + heap);
    flags.addAll(jvm);
    firn.forEach((option, value) -> flags.add(FirnSettings.flag(option, value)));
    return new ChildJvm(mainClass, flags, notes);
  }
}
