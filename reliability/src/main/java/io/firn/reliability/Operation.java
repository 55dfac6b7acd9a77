package io.firn.reliability;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One operation of a random list, or a batch of them. What it does in detail follows from its own
 * seed, so that a list stays the same list when operations are left out.
 *
 * @param kind what is done
 * @param count how many operations it counts for: the changes of a batch
 * @param seed the source of its details
 */
record Operation(Kind kind, int count, long seed) {

  /** Kinds, and about how many of each a list of 20,000 operations has. */
  enum Kind {
    CHANGE(6_000),
    BATCH(1_000, 2, 8),
    BIG_BATCH(12, 100, 500),
    GET(4_500),
    MULTI_GET(300),
    SCAN_RANGE(350),
    SCAN_FILTERED(80),
    SCAN_UNORDERED(60),
    OPEN_SNAPSHOT(60),
    CHECK_SNAPSHOTS(60),
    TIME_TRAVEL(40),
    FLUSH(60),
    COMPACT(20),
    SWEEP(20),
    REOPEN(20),
    CRASH(20),
    OTHERS_COMMIT(20),
    CHANGE_SCHEMA(10);

    private static final int ALL = Arrays.stream(values()).mapToInt(kind -> kind.weight).sum();

    private final int weight;
    private final int countMin;
    private final int countMax;

    Kind(int weight) {
      this(weight, 1, 1);
    }

    Kind(int weight, int countMin, int countMax) {
      this.weight = weight;
      this.countMin = countMin;
      this.countMax = countMax;
    }

    private static Kind random(Random random) {
      int dice = random.nextInt(ALL);
      for (Kind kind : values()) {
        dice -= kind.weight;
        if (dice < 0) {
          return kind;
        }
      }
      throw new IllegalStateException("The weights do not add up");
    }
  }

  /** A list of so many operations, those in batches counted one by one. */
  static List<Operation> list(Random random, int count) {
    List<Operation> operations = new ArrayList<>();
    for (int left = count; left > 0; ) {
      Kind kind = Kind.random(random);
      int size = kind.countMin + random.nextInt(kind.countMax - kind.countMin + 1);
      operations.add(new Operation(kind, Math.min(size, left), random.nextLong()));
      left -= size;
    }
    return operations;
  }

  @Override
  public String toString() {
    return kind + "(" + count + ", " + seed + "L)";
  }
}
