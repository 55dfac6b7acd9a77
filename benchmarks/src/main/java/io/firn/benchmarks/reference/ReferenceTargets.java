package io.firn.benchmarks.reference;

import static io.firn.benchmarks.suite.Comparison.AT_LEAST;
import static io.firn.benchmarks.suite.Comparison.AT_MOST;
import static io.firn.benchmarks.suite.Comparison.AT_MOST_TIMES;
import static io.firn.benchmarks.suite.Comparison.TIMES_AS_FAST;
import static io.firn.benchmarks.suite.Comparison.TIMES_AS_MUCH;

import io.firn.benchmarks.suite.Comparison;
import io.firn.benchmarks.suite.Target;
import io.firn.benchmarks.suite.Target.Measured;
import java.util.ArrayList;
import java.util.List;

/** What Firn is to reach on the reference workload. */
final class ReferenceTargets {

  private static final String FIRN = "firn";
  private static final String ROCKSDB = "rocksdb";

  static final List<Target> ALL = all();

  private ReferenceTargets() {}

  private static List<Target> all() {
    List<Target> targets = new ArrayList<>();
    targets.add(against("P1", "W1 load acknowledged", TIMES_AS_MUCH, 2.0, ROCKSDB));
    targets.add(
        Target.between(
            "P1",
            new Measured("firn-sync", "W1 load acknowledged"),
            TIMES_AS_MUCH,
            1.5,
            new Measured("rocksdb-sync", "W1 load acknowledged")));
    targets.add(against("P2", "W1 load settled", TIMES_AS_MUCH, 1.5, ROCKSDB));
    targets.add(against("P2", "W1 load settled", TIMES_AS_MUCH, 3, "paimon"));
    targets.add(against("P2", "W1 load settled", TIMES_AS_MUCH, 5, "paimon-dv"));
    targets.add(against("P3", "W2 update settled", TIMES_AS_MUCH, 1.5, ROCKSDB));
    targets.add(against("P3", "W2 update settled", TIMES_AS_MUCH, 4, "paimon-dv"));
    for (String state : List.of("natural", "compacted")) {
      String get = "W3 get " + state;
      targets.add(against("P4", get + ", 1 thread", TIMES_AS_MUCH, 2, ROCKSDB));
      targets.add(against("P4", get + ", 2 threads", TIMES_AS_MUCH, 2, ROCKSDB));
      targets.add(against("P4", get + " p99", AT_MOST_TIMES, 1, ROCKSDB));
      targets.add(Target.value("P4", get + ", cold mean", FIRN, AT_MOST, 100));
    }
    for (String state : List.of("natural", "compacted")) {
      String range = "W5 range of 1,000 keys " + state + " p50";
      targets.add(against("P5", range, TIMES_AS_FAST, 1, ROCKSDB));
    }
    targets.add(against("P6", "W4 one column natural", TIMES_AS_FAST, 5, "paimon-dv"));
    targets.add(against("P6", "W4 one column natural", TIMES_AS_FAST, 0.5, "duckdb"));
    targets.add(Target.value("P6", "W4 all columns as Arrow natural", FIRN, AT_LEAST, 5_000_000));
    targets.add(against("P6", "W4 all columns as rows natural", TIMES_AS_MUCH, 2, ROCKSDB));
    // Firn's rows are Iceberg's records; RocksDB's are of a class made for them, unless asked for.
    targets.add(
        Target.between(
            "P6",
            new Measured(FIRN, "W4 all columns as rows natural"),
            TIMES_AS_MUCH,
            2,
            new Measured(ROCKSDB, "W4 all columns as records natural")));
    targets.add(against("P10", "disk compacted", AT_MOST_TIMES, 1, "paimon"));
    targets.add(against("P10", "W1+W2 write amplification", AT_MOST_TIMES, 1, ROCKSDB));
    targets.add(against("P11", "W1-W5 peak resident memory", AT_MOST_TIMES, 1, ROCKSDB));
    targets.add(against("P13", "W6 open and first get, after kill -9", AT_MOST_TIMES, 1, ROCKSDB));
    return List.copyOf(targets);
  }

  private static Target against(
      String id, String figure, Comparison comparison, double goal, String peer) {
    return Target.against(id, figure, FIRN, comparison, goal, peer);
  }
}
