package io.firn.reliability;

import java.util.List;
import java.util.Random;

/** Batches that follow from a seed and their number alone, so that two processes know them. */
final class BatchSource {

  private final long seed;

  BatchSource(long seed) {
    this.seed = seed;
  }

  /**
   * @param number which batch
   * @param before the last sequence number before it
   */
  List<Ledger.Change> batch(int number, long before) {
    Random random = new Random(seed ^ (number * 0x9E3779B97F4A7C15L));
    return Workload.changes(random, before, 1 + random.nextInt(6));
  }
}
