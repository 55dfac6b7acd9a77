package io.firn.benchmarks.suite;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has used since it started, all its threads and native code included. */
public final class ProcessFigures {

  private ProcessFigures() {}

  /** The processor time of all threads, garbage collection included, in nanoseconds. */
  public static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** The largest resident set so far, in bytes, as Linux counts it ({@code VmHWM}). */
  public static long peakResidentBytes() {
    return number("/proc/self/status", "VmHWM:") * 1024;
  }

  /** The bytes this process passed to write calls ({@code wchar}). */
  public static long writtenBytes() {
    return number("/proc/self/io", "wchar:");
  }

  private static long number(String file, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("No " + name + " in " + file);
  }
}
