package io.firn.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM of its own with this one's class path. Its standard output is read line by line. */
final class ChildProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader lines;

  private ChildProcess(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Starts {@code main}; its standard error goes to a file. */
  static ChildProcess start(Class<?> main, Path errors, List<String> arguments) throws IOException {
    return start(List.of(), main, errors, arguments);
  }

  /** The same by a command that becomes the JVM whose command line it is given at its end. */
  static ChildProcess start(
      List<String> launcher, Class<?> main, Path errors, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xshare:auto");
    command.add("-Xmx256m");
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-Diceberg.worker.num-threads=2");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    return new ChildProcess(new ProcessBuilder(command).redirectError(errors.toFile()).start());
  }

  /** The next line, or null at the end. */
  @Nullable String readLine() throws IOException {
    return lines.readLine();
  }

  /** SIGKILL; what it had written to its standard output can still be read. */
  void kill() {
    // Not by the process, which would close its streams under the reader.
    boolean ignored = process.toHandle().destroyForcibly();
  }

  /** Waits for its end, for so long. */
  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** SIGSTOP or SIGCONT. */
  void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + " failed with " + code);
    }
  }

  /** Gives it a line on its standard input. */
  void writeLine(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
  }

  int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  /** Kills it and waits until it is gone: until then its files are open. */
  @Override
  public void close() throws IOException {
    kill();
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        int ignored = process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    lines.close();
  }
}
