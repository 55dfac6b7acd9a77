package io.firn.benchmarks.reference;

import static io.firn.benchmarks.suite.WrongAnswerError.check;

import io.firn.benchmarks.suite.FigureSink;
import io.firn.benchmarks.suite.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * W3, W4 and W5 on one state of a store. Each figure has a warm-up that is not reported, and a time
 * after which a slow store's measurement ends with fewer operations.
 *
 * @param <R> the store's own row
 */
final class ReadMeasurement<R> {

  private static final int RANGES = 200;

  /** As much as the point reads have: as many rows as make the JVM compile what reads them. */
  private static final int WARM_UP_RANGES = 5_000;

  private static final int RANGE_KEYS = 1_000;
  private static final long WARM_UP_NANOS_MAX = Duration.ofSeconds(4).toNanos();

  /** So that a warm-up in a small table is a short one. */
  private static final long WARM_UP_NANOS_PER_KEY = 2_000;

  private static final long FIGURE_NANOS_MAX = Duration.ofSeconds(10).toNanos();

  private final StoreKind kind;
  private final Store<R> store;
  private final ReferenceModel model;
  private final FigureSink sink;
  private final String state;
  private final int gets;
  private final long warmUpNanos;
  private int wrong;

  /**
   * @param state the state's name, {@code natural} or {@code compacted}
   */
  ReadMeasurement(
      StoreKind kind, Store<R> store, ReferenceModel model, FigureSink sink, String state) {
    this.kind = kind;
    this.store = store;
    this.model = model;
    this.sink = sink;
    this.state = state;
    this.gets = model.keys() / 10;
    this.warmUpNanos = Math.min(WARM_UP_NANOS_MAX, WARM_UP_NANOS_PER_KEY * model.keys());
  }

  void measure(Set<Part> parts) {
    if (parts.contains(Part.W3)) {
      pointReads();
    }
    if (parts.contains(Part.W4)) {
      scans();
    }
    if (parts.contains(Part.W5)) {
      ranges();
    }
  }

  private void pointReads() {
    pointReads(1, gets / 2, warmUpNanos);
    PointReads.Result one = pointReads(1, gets, FIGURE_NANOS_MAX).get(0);
    sink.figure("W3 get " + state + ", 1 thread", "operations/s", one.perSecond());
    sink.latencies("W3 get " + state, one.latencies());
    double both =
        pointReads(2, gets, FIGURE_NANOS_MAX).stream()
            .mapToDouble(PointReads.Result::perSecond)
            .sum();
    sink.figure("W3 get " + state + ", 2 threads", "operations/s", both);
    if (kind.mayAnswerGetsWrongly()) {
      sink.figure("W3 get " + state + ", wrong answers", "gets", wrong);
    }
  }

  /** W3 right after the store was opened: its own caches are cold, the system's file cache not. */
  void coldPointReads() {
    PointReads.Result cold = pointReads(1, Math.max(1, gets / 20), FIGURE_NANOS_MAX).get(0);
    sink.latencies("W3 get " + state + ", cold", cold.latencies());
  }

  private List<PointReads.Result> pointReads(int threads, int reads, long nanosMax) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<StoreReader<R>> readers = new ArrayList<>();
    try {
      List<PointReads<R>> work = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        StoreReader<R> reader = store.reader();
        readers.add(reader);
        work.add(new PointReads<>(reader, model, 7L * reads + thread, reads, nanosMax));
      }
      List<PointReads.Result> results = new ArrayList<>();
      for (Future<PointReads.Result> result : pool.invokeAll(work)) {
        results.add(result.get());
        wrong += result.get().wrong();
      }
      check(wrong == 0 || kind.mayAnswerGetsWrongly(), wrong + " point reads");
      return results;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("Point reads failed", e);
    } finally {
      pool.shutdownNow();
      readers.forEach(StoreReader::close);
    }
  }

  private void scans() {
    ColumnSum expected = model.d1Sum();
    try (StoreReader<R> reader = store.reader()) {
      double seconds = scan(expected, reader::sumD1);
      sink.figure("W4 one column " + state, "s", seconds);
      if (reader instanceof FirnReader firn) {
        double arrow = scan(expected, firn::allColumnsAsArrow);
        sink.figure("W4 all columns as Arrow " + state, "rows/s", expected.count() / arrow);
      }
      if (reader instanceof RocksReader rocks) {
        double records = scan(expected, rocks::allColumnsAsRecords);
        sink.figure("W4 all columns as records " + state, "rows/s", expected.count() / records);
      }
      double rows = scan(expected, () -> countRows(reader));
      sink.figure("W4 all columns as rows " + state, "rows/s", expected.count() / rows);
      checkEveryRow(reader);
    }
  }

  /**
   * The median of scans after others that warm up: at least three, and as many as half the time of
   * the warm-up has room for. Scans that take too long to be repeated are their own warm-up.
   */
  private double scan(ColumnSum expected, Supplier<ColumnSum> source) {
    List<Long> warmUp = scans(1, warmUpNanos, expected, source);
    List<Long> nanos =
        warmUp.get(0) < FIGURE_NANOS_MAX / 4 ? scans(3, warmUpNanos / 2, expected, source) : warmUp;
    Collections.sort(nanos);
    return nanos.get(nanos.size() / 2) / 1e9;
  }

  /** What scans took, no fewer than so many and for no less than a time. */
  private static List<Long> scans(
      int least, long nanosLeast, ColumnSum expected, Supplier<ColumnSum> source) {
    List<Long> nanos = new ArrayList<>();
    long begin = System.nanoTime();
    while (nanos.size() < least || System.nanoTime() - begin < nanosLeast) {
      long start = System.nanoTime();
      ColumnSum sum = source.get();
      nanos.add(System.nanoTime() - start);
      check(sum.sameAs(expected), "the rows of a scan");
    }
    return nanos;
  }

  /** Reads all rows, and takes of each no more than what proves that it was read. */
  private ColumnSum countRows(StoreReader<R> reader) {
    ColumnSum sum = new ColumnSum();
    reader.forEach(row -> sum.add(reader.d1(row)));
    return sum;
  }

  private void checkEveryRow(StoreReader<R> reader) {
    BitSet seen = new BitSet(model.keys());
    reader.forEach(
        row -> {
          ReferenceRow values = reader.values(row);
          int index = ReferenceModel.index(values.k());
          check(!seen.get(index), "a key that a scan returned twice");
          seen.set(index);
          check(model.isLive(index) && values.equals(model.row(index)), "a row of a scan");
        });
    check(seen.cardinality() == model.d1Sum().count(), "the number of rows of a scan");
  }

  private void ranges() {
    try (StoreReader<R> reader = store.reader()) {
      measureRanges(reader, new Random(11), WARM_UP_RANGES, warmUpNanos);
      Latencies latencies = measureRanges(reader, new Random(13), RANGES, FIGURE_NANOS_MAX);
      sink.latencies("W5 range of 1,000 keys " + state, latencies);
    }
  }

  private Latencies measureRanges(StoreReader<R> reader, Random random, int count, long nanosMax) {
    Latencies latencies = new Latencies(count);
    int keys = Math.min(RANGE_KEYS, model.keys() / 2);
    long begin = System.nanoTime();
    for (int i = 0; i < count && System.nanoTime() - begin < nanosMax; i++) {
      int first = random.nextInt(model.keys() - keys);
      long start = System.nanoTime();
      List<R> rows = reader.range(ReferenceModel.key(first), ReferenceModel.key(first + keys));
      latencies.add(System.nanoTime() - start);
      int row = 0;
      for (int index = first; index < first + keys; index++) {
        if (model.isLive(index)) {
          check(
              row < rows.size() && reader.values(rows.get(row)).equals(model.row(index)),
              "the rows of a range");
          row++;
        }
      }
      check(row == rows.size(), "the number of rows of a range");
    }
    return latencies;
  }
}
