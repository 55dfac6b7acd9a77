package io.firn.benchmarks.reference;

import io.firn.benchmarks.suite.Latencies;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * W3 of one thread: gets of random keys, half of them absent. Reads are timed one by one; their
 * answers are compared with the model between the timed stretches.
 *
 * @param <R> the store's own row
 */
final class PointReads<R> implements Callable<PointReads.Result> {

  private static final int STRETCH = 1_000;

  private final StoreReader<R> reader;
  private final ReferenceModel model;
  private final Random random;
  private final int reads;
  private final long nanosMax;

  /**
   * @param reads how many reads to do
   * @param nanosMax stop early once the reads have taken this long
   */
  PointReads(StoreReader<R> reader, ReferenceModel model, long seed, int reads, long nanosMax) {
    this.reader = reader;
    this.model = model;
    this.random = new Random(seed);
    this.reads = reads;
    this.nanosMax = nanosMax;
  }

  /**
   * What was measured.
   *
   * @param latencies of the single reads
   * @param nanos the time all of them took
   * @param wrong how many answers differed from the model's
   */
  record Result(Latencies latencies, long nanos, int wrong) {
    double perSecond() {
      return latencies.count() / (nanos / 1e9);
    }
  }

  @Override
  public Result call() {
    Latencies latencies = new Latencies(reads);
    long[] keys = new long[STRETCH];
    @Nullable Object[] found = new @Nullable Object[STRETCH];
    long total = 0;
    int wrong = 0;
    while (latencies.count() < reads && total < nanosMax) {
      int count = Math.min(STRETCH, reads - latencies.count());
      for (int i = 0; i < count; i++) {
        keys[i] = ReferenceModel.key(random.nextInt(model.keys())) + (i & 1);
      }
      int done = 0;
      long start = System.nanoTime();
      long before = start;
      while (done < count && before - start + total < nanosMax) {
        found[done] = reader.get(keys[done]);
        long after = System.nanoTime();
        latencies.add(after - before);
        before = after;
        done++;
      }
      total += before - start;
      for (int i = 0; i < done; i++) {
        wrong += isRight(keys[i], found[i]) ? 0 : 1;
      }
    }
    return new Result(latencies, total, wrong);
  }

  @SuppressWarnings("unchecked")
  private boolean isRight(long key, @Nullable Object found) {
    int index = ReferenceModel.index(key);
    if (key % 2 == 0 && model.isLive(index)) {
      return found != null && reader.values((R) found).equals(model.row(index));
    }
    return found == null;
  }
}
