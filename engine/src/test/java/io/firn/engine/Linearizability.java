package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs Lincheck in a process of its own, since it rewrites every class that is loaded. Threads run
 * freely: its model checker does not know the views of byte arrays that memtables are made of.
 * Every day it takes some seconds; with {@code -Dfirn.lincheck=N} N times as many scenarios.
 */
public final class Linearizability {

  private Linearizability() {}

  /**
   * Runs random scenarios: whatever several threads are answered, some order of the operations
   * answers too.
   *
   * @param subject the operations
   * @param model the same operations on what is obviously right
   * @param scenarios how many
   * @param runs of each
   */
  public static void check(Class<?> subject, Class<?> model, int scenarios, int runs)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Linearizability.class.getName(),
                subject.getName(),
                model.getName(),
                Integer.toString(scenarios * Integer.getInteger("firn.lincheck", 1)),
                Integer.toString(runs))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("linearizable");
  }

  /** What {@link #check} starts. */
  public static void main(String[] arguments) throws ClassNotFoundException {
    new StressOptions()
        .iterations(Integer.parseInt(arguments[2]))
        .invocationsPerIteration(Integer.parseInt(arguments[3]))
        .threads(3)
        .actorsPerThread(4)
        .actorsBefore(2)
        .actorsAfter(2)
        .sequentialSpecification(Class.forName(arguments[1]))
        .check(Class.forName(arguments[0]));
    System.out.println("linearizable");
    System.exit(0);
  }
}
