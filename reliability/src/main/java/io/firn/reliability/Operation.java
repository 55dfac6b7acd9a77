package io.firn.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One operation of a random list. What it does in detail follows from its own seed, so that a list
 * stays the same list when operations are left out.
 *
 * @param kind what is done
 * @param seed the source of its details
 */
record Operation(Kind kind, long seed) {

  /** Kinds, and how many of a hundred operations are of it. */
  enum Kind {
    BATCH(40),
    BIG_BATCH(4),
    GET(12),
    SCAN_RANGE(8),
    SCAN_FILTERED(6),
    SCAN_UNORDERED(4),
    OPEN_SNAPSHOT(4),
    CHECK_SNAPSHOTS(4),
    TIME_TRAVEL(3),
    FLUSH(5),
    COMPACT(2),
    SWEEP(2),
    OUTSIDE_READ(1),
    REOPEN(2),
    CRASH(3);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    private static Kind random(Random random) {
      int dice = random.nextInt(100);
      for (Kind kind : values()) {
        dice -= kind.weight;
        if (dice < 0) {
          return kind;
        }
      }
      throw new IllegalStateException("The weights do not add up to 100");
    }
  }

  /** A list of so many operations. */
  static List<Operation> list(Random random, int count) {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      operations.add(new Operation(Kind.random(random), random.nextLong()));
    }
    return operations;
  }

  @Override
  public String toString() {
    return kind + "(" + seed + "L)";
  }
}
