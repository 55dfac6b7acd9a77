package io.firn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each example runs as it stands, and does what it says. */
class ExamplesTest {

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

  @TempDir Path directory;

  private interface Program {
    void run(String[] arguments) throws Exception;
  }

  private String run(Program program) throws Exception {
    PrintStream out = System.out;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      program.run(new String[] {directory.resolve("table").toString()});
    } finally {
      System.setOut(out);
    }
    return captured.toString(StandardCharsets.UTF_8);
  }

  @Test
  void embedReadsWhatItWrote() throws Exception {
    assertThat(run(Embed::main).lines())
        .hasSize(4)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("get: Record(3, device-3, 2024-01-31T12:00Z)"),
            line -> assertThat(line).startsWith("scan: Record(1, device-1"),
            line -> assertThat(line).startsWith("scan: Record(3, device-3"),
            line -> assertThat(line).matches("Iceberg snapshot \\d+ has all of it"));
  }

  @Test
  void sparkReadsWhatEmbedWrote() throws Exception {
    run(Embed::main);
    assertThat(runWithSpark(directory.resolve("table").toString()).lines())
        .containsExactly("spark: 1 device-1", "spark: 3 device-3");
  }

  @Test
  void duckDbSeesFlushedAndUnflushedRows() throws Exception {
    assertThat(run(DuckDbSql::main).lines())
        .containsExactly("Bern: 749 readings, 16.68 degrees", "Oslo: 750 readings, 16.67 degrees");
  }

  @Test
  void theServiceServesItsThreads() throws Exception {
    assertThat(run(ConcurrentService::main).lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("customer-7 has 200 orders"),
            line -> assertThat(line).matches("Spark sees all of it in snapshot \\d+"));
  }

  /** Runs the Spark example as its user does: in a process that has Spark and nothing of Firn. */
  private String runWithSpark(String table) throws IOException, InterruptedException {
    Path examples = Path.of("").toAbsolutePath();
    String spark =
        Files.readString(examples.resolve("../spark/runner/target/spark.classpath")).strip();
    Path log = directory.resolve("spark.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    OPENED.forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
    command.add("-cp");
    command.add(examples.resolve("spark/target/classes") + ":" + spark);
    command.add("io.firn.examples.spark.ReadWithSpark");
    command.add(table);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return output;
  }
}
