package io.firn.benchmarks.jmh;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.data.Record;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Lookups in files of a table of 262,144 rows, random keys, every page in the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets a benchmark up before it runs it.
public class PointReadBenchmark {

  private static final int ROWS = 1 << 18;

  /** The sorted runs of the table. */
  @Param({"1", "8"})
  int runs = 1;

  private final int[] order = BenchmarkRows.shuffled(ROWS, 5);
  private TableOfRuns data;
  private int next;

  /** Fills the table, and by proving every answer also the cache. */
  @Setup
  public void prepare() {
    data = TableOfRuns.create(ROWS, runs);
    for (Record row : data.rows()) {
      Long key = (Long) row.get(0);
      if (!data.table().get(key).equals(Optional.of(row))
          || data.table().get(key + 1).isPresent()) {
        throw new AssertionError("The table answers wrongly");
      }
    }
  }

  /** A row that is there. */
  @Benchmark
  public Optional<Record> present() {
    return data.table().get(2L * order[next++ & ROWS - 1]);
  }

  /** A row that is not there. */
  @Benchmark
  public Optional<Record> absent() {
    return data.table().get(2L * order[next++ & ROWS - 1] + 1);
  }

  /** Deletes the table. */
  @TearDown
  public void clear() throws IOException {
    data.close();
  }
}
