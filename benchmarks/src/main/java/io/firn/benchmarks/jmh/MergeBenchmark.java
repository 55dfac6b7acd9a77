package io.firn.benchmarks.jmh;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Merging of sorted runs of random, interleaved keys, a row an operation: in a scan, which keeps
 * the rows, and in a compaction, which writes them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets a benchmark up before it runs it.
public class MergeBenchmark {

  private static final int ROWS = 1 << 17;

  /** The sorted runs. */
  @Param({"1", "2", "8", "32"})
  int runs = 1;

  private final BufferAllocator allocator = new RootAllocator();
  private TableOfRuns data;
  private CompactionOfRuns compaction;

  /** Makes the runs, and proves that they come back merged. */
  @Setup
  public void prepare() throws IOException {
    data = TableOfRuns.create(ROWS, runs);
    compaction = CompactionOfRuns.of(data);
    try (ArrowReader reader = data.table().scan().ordered().arrow(allocator)) {
      long key = 0;
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        BigIntVector keys = (BigIntVector) batch.getVector("k");
        for (int i = 0; i < batch.getRowCount(); i++, key += 2) {
          check(keys.get(i) == key);
        }
      }
      check(key == 2L * ROWS);
    }
    check(compaction.run() == ROWS);
  }

  private static void check(boolean right) {
    if (!right) {
      throw new AssertionError("The runs are not merged");
    }
  }

  /** Scans all columns in order of keys. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long scan() throws IOException {
    long count = 0;
    try (ArrowReader reader = data.table().scan().ordered().arrow(allocator)) {
      while (reader.loadNextBatch()) {
        count += reader.getVectorSchemaRoot().getRowCount();
      }
    }
    return count;
  }

  /** Compacts all runs into one, without the commit. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long compact() throws IOException {
    return compaction.run();
  }

  /** Deletes the table. */
  @TearDown
  public void clear() throws IOException {
    compaction.close();
    data.close();
    allocator.close();
  }
}
