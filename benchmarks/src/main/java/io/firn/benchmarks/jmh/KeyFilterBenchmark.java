package io.firn.benchmarks.jmh;

import io.firn.format.DataFileIndex;
import io.firn.format.DataFileWriter;
import io.firn.format.KeyCodec;
import io.firn.format.KeyFilter;
import io.firn.format.KeyProbe;
import io.firn.format.WriterOptions;
import io.firn.storage.InputFileHandle;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The filter and the sparse index of a data file of 262,144 keys, by keys in random order. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets a benchmark up before it runs it.
public class KeyFilterBenchmark {

  private static final int KEYS = 1 << 18;
  private static final double FALSE_POSITIVES_MAX = 0.02;

  private final byte[][] keys = new byte[KEYS][];
  private final byte[][] absent = new byte[KEYS][];
  private DataFileIndex index;
  private KeyFilter filter;
  private int next;

  /** Writes a file for its index, and proves what the filter promises. */
  @Setup
  public void prepare() throws IOException {
    Storage storage = new LocalStorage();
    KeyCodec codec = BenchmarkRows.TABLE.keys();
    try (Scratch scratch = Scratch.create()) {
      String path = scratch.path("filter.parquet");
      try (DataFileWriter writer =
          DataFileWriter.create(storage, path, BenchmarkRows.TABLE, WriterOptions.forLookups())) {
        writer.write(BenchmarkRows.batch(BenchmarkRows.TABLE, KEYS));
        writer.finish();
      }
      try (InputFileHandle file = storage.open(path)) {
        index = Objects.requireNonNull(DataFileIndex.read(file));
        filter = Objects.requireNonNull(index.filter());
      }
    }
    int[] order = BenchmarkRows.shuffled(KEYS, 3);
    int falsePositives = 0;
    for (int i = 0; i < KEYS; i++) {
      keys[i] = codec.encode(2L * order[i]);
      absent[i] = codec.encode(2L * order[i] + 1);
      if (!filter.mayContain(KeyProbe.of(keys[i]))) {
        throw new AssertionError("The filter denies a key");
      }
      falsePositives += filter.mayContain(KeyProbe.of(absent[i])) ? 1 : 0;
    }
    if (falsePositives > FALSE_POSITIVES_MAX * KEYS) {
      throw new AssertionError("The filter lets " + falsePositives + " of " + KEYS + " pass");
    }
  }

  /** Hashes and probes a key that is there. */
  @Benchmark
  public boolean probePresent() {
    return filter.mayContain(KeyProbe.of(keys[next++ & KEYS - 1]));
  }

  /** Hashes and probes a key that is not there. */
  @Benchmark
  public boolean probeAbsent() {
    return filter.mayContain(KeyProbe.of(absent[next++ & KEYS - 1]));
  }

  /** Finds the key block of a key. */
  @Benchmark
  public int findBlock() {
    return index.blockOf(keys[next++ & KEYS - 1]);
  }
}
