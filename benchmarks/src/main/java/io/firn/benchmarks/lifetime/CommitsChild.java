package io.firn.benchmarks.lifetime;

import io.firn.benchmarks.suite.ChildArguments;
import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.FirnSettings;
import io.firn.benchmarks.suite.Latencies;
import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.OptionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Flushes again and again. It is told the number of commits, of rows in each, and of rows in the
 * table.
 */
public final class CommitsChild {

  /** Commits are looked at in windows, for one alone says little. */
  static final int WINDOW = 10;

  private static final int WARM_UP_COMMITS = 100;

  private CommitsChild() {}

  public static void main(String[] arguments) throws IOException {
    ChildArguments told = ChildArguments.of(arguments);
    FirnOptions.Builder options = FirnSettings.builder().durability(Durability.ASYNC);
    if (told.store().equals(CommitsSuite.FEW_SNAPSHOTS)) {
      options
          .set(OptionKey.SNAPSHOT_AGE_MILLIS_MAX, 1_000)
          .set(OptionKey.SWEEP_GRACE_MILLIS, 1_000);
    }
    int tableRows = told.number(2);
    try (MeasuredTable warmUp =
        new MeasuredTable(told.path("warm-up"), options.build(), tableRows)) {
      commit(warmUp, told.number(1), WARM_UP_COMMITS, (commit, window) -> {});
    }
    Path directory = Path.of(told.path("table"));
    try (MeasuredTable measured =
        new MeasuredTable(directory.toString(), options.build(), tableRows)) {
      commit(
          measured,
          told.number(1),
          told.number(0),
          (commit, window) -> {
            if (CommitsSuite.isReported(commit, told.number(0))) {
              report(told.sink(), commit, window, measured, directory);
            }
          });
      measured.check();
      measured.table().sweep();
      reportFiles(told.sink(), "after a sweep", measured, directory);
    }
  }

  /** Is given the latencies of the last commits. */
  private interface Window {
    void ended(int commit, Latencies window) throws IOException;
  }

  private static void commit(MeasuredTable measured, int rows, int commits, Window reporter)
      throws IOException {
    measured.loadUpTo(measured.capacity());
    measured.settle();
    Latencies window = new Latencies(WINDOW);
    for (int commit = 1; commit <= commits; commit++) {
      measured.update(rows);
      long start = System.nanoTime();
      measured.table().flush();
      window.add(System.nanoTime() - start);
      if (commit % WINDOW == 0) {
        reporter.ended(commit, window);
        window = new Latencies(WINDOW);
      }
    }
  }

  private static void report(
      FigureSink sink, int commit, Latencies window, MeasuredTable measured, Path directory)
      throws IOException {
    sink.figure("commit " + commit, "us", window.percentileMicros(50));
    sink.figure("commit " + commit + " max", "us", window.percentileMicros(100));
    reportFiles(sink, "at " + commit, measured, directory);
  }

  private static void reportFiles(
      FigureSink sink, String when, MeasuredTable measured, Path directory) throws IOException {
    sink.figure("snapshots " + when, "snapshots", measured.table().snapshots().size());
    for (String part : List.of("metadata", "data")) {
      long files = 0;
      long bytes = 0;
      try (Stream<Path> list = Files.list(directory.resolve(part))) {
        for (Path file : list.toList()) {
          files++;
          bytes += Files.exists(file) ? Files.size(file) : 0;
        }
      }
      sink.figure(part + " files " + when, "files", (double) files);
      sink.figure(part + " bytes " + when, "bytes", (double) bytes);
    }
  }
}
