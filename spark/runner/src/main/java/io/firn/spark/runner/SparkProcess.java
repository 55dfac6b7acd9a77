package io.firn.spark.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Spark session in a process of its own, because Spark's Parquet, Arrow and Hadoop are not ours.
 * One command at a time; safe for use by several threads. Closing ends the process, and so does the
 * end of this one.
 */
public final class SparkProcess implements AutoCloseable {

  /** What Spark's own launcher opens on Java 17. */
  private static final List<String> OPENED =
      List.of(
          "java.base/java.lang",
          "java.base/java.lang.invoke",
          "java.base/java.lang.reflect",
          "java.base/java.io",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.base/sun.nio.cs",
          "java.base/sun.security.action",
          "java.base/sun.util.calendar");

  private final ObjectMapper json = new ObjectMapper();
  private final Process process;
  private final Path log;
  private final BufferedWriter commands;
  private final BufferedReader answers;

  private SparkProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a session for short queries, where the time goes into starting up and compiling and not
   * into running, and waits until it answers.
   */
  public static SparkProcess start() throws IOException {
    return start(
        List.of(
            "-Xmx1500m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // One compiler alone gets 48 MB for its code. Queries fill that with classes of their
            // own, and a process that has no room left for code ends.
            "-XX:ReservedCodeCacheSize=240m"));
  }

  /** Starts a session with these flags for Java, and waits until it answers. */
  public static SparkProcess start(List<String> flags) throws IOException {
    Path runner = buildDirectory();
    Path log = Files.createTempFile(runner, "spark-", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    OPENED.forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
    command.add("-Dio.netty.tryReflectionSetAccessible=true");
    command.add("-cp");
    command.add(
        runner.resolve("classes")
            + ":"
            + Files.readString(runner.resolve("spark.classpath")).strip());
    command.add(SparkRunner.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    SparkProcess spark = new SparkProcess(builder.start(), log);
    try {
      spark.answer();
    } catch (IOException e) {
      spark.close();
      throw e;
    }
    return spark;
  }

  /** This module's target directory, where its classes and Spark's class path are. */
  private static Path buildDirectory() {
    try {
      return Path.of(SparkProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a statement. Throws {@link SparkFailure} with Spark's words. */
  public SparkResult sql(String statement) {
    return send("sql\t" + statement.replaceAll("\\s+", " "));
  }

  /** Runs a query to its last row and value, and keeps none of them. */
  public void consume(String query) {
    send("consume\t" + query.replaceAll("\\s+", " "));
  }

  /**
   * Names what {@code spark.read.format("iceberg").load(path)} gives as a view. Options alternate
   * between name and value.
   */
  public void load(String view, String path, String... options) {
    send(
        Stream.concat(Stream.of("load", view, path), Stream.of(options))
            .reduce((a, b) -> a + "\t" + b)
            .orElseThrow());
  }

  /** Configures a catalog under a name, as {@code --conf spark.sql.catalog.NAME...} would. */
  public void catalog(String name, Map<String, String> properties) {
    String prefix = "spark.sql.catalog." + name;
    send("conf\t" + prefix + "\torg.apache.iceberg.spark.SparkCatalog");
    properties.forEach((key, value) -> send("conf\t" + prefix + "." + key + "\t" + value));
  }

  private synchronized SparkResult send(String line) {
    try {
      commands.write(line);
      commands.newLine();
      commands.flush();
      JsonNode answer = answer();
      if (answer.has("error")) {
        throw new SparkFailure(answer.get("error").asText());
      }
      List<String> columns = new ArrayList<>();
      answer.get("columns").forEach(column -> columns.add(column.asText()));
      List<List<@Nullable String>> rows = new ArrayList<>();
      for (JsonNode row : answer.get("rows")) {
        List<@Nullable String> values = new ArrayList<>();
        row.forEach(value -> values.add(value.isNull() ? null : value.asText()));
        rows.add(values);
      }
      return new SparkResult(columns, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(lastWords(), e);
    }
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new EOFException(lastWords());
    }
    return json.readTree(line);
  }

  /** How the process ended, and what it said. */
  private String lastWords() {
    String end = "without an exit code";
    try {
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        end = "with exit code " + process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "Spark ended " + end + ": " + logged();
  }

  private String logged() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    answers.close();
    Files.deleteIfExists(log);
  }

  /** Spark refused a statement. */
  public static final class SparkFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SparkFailure(String message) {
      super(message);
    }
  }
}
