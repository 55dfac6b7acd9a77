package io.firn.benchmarks.ycsb;

import java.util.List;
import java.util.Properties;

/** The mixes of operations that YCSB's core workloads A to F are, in the order YCSB asks for. */
enum CoreMix {
  /** Half reads, half updates. */
  A(0.5, 0.5, 0, 0, 0, "zipfian"),
  /** Nearly all reads, a few updates. */
  B(0.95, 0.05, 0, 0, 0, "zipfian"),
  /** Reads only. */
  C(1, 0, 0, 0, 0, "zipfian"),
  /** Half reads, half read-modify-writes. */
  F(0.5, 0, 0, 0, 0.5, "zipfian"),
  /** Reads of what was inserted lately. */
  D(0.95, 0, 0.05, 0, 0, "latest"),
  /** Short scans. */
  E(0, 0, 0.05, 0.95, 0, "zipfian");

  static final int FIELDS = 10;
  static final int SCAN_ROWS_MAX = 100;

  private final double reads;
  private final double updates;
  private final double inserts;
  private final double scans;
  private final double readModifyWrites;
  private final String distribution;

  CoreMix(
      double reads,
      double updates,
      double inserts,
      double scans,
      double readModifyWrites,
      String distribution) {
    this.reads = reads;
    this.updates = updates;
    this.inserts = inserts;
    this.scans = scans;
    this.readModifyWrites = readModifyWrites;
    this.distribution = distribution;
  }

  /** The operations of the mix, as they are measured. */
  List<String> operations() {
    return switch (this) {
      case A, B -> List.of("read", "update");
      case C -> List.of("read");
      case F -> List.of("read", "update");
      case D -> List.of("read", "insert");
      case E -> List.of("scan", "insert");
    };
  }

  /** What YCSB is told: every value follows from its key and is checked when it is read. */
  static Properties loading(long records) {
    Properties properties = new Properties();
    properties.setProperty("recordcount", Long.toString(records));
    properties.setProperty("fieldcount", Integer.toString(FIELDS));
    properties.setProperty("dataintegrity", "true");
    return properties;
  }

  /**
   * What YCSB is told.
   *
   * @param records the rows there are
   * @param operations the operations to come
   */
  Properties running(long records, long operations) {
    Properties properties = loading(records);
    properties.setProperty("operationcount", Long.toString(operations));
    properties.setProperty("readproportion", Double.toString(reads));
    properties.setProperty("updateproportion", Double.toString(updates));
    properties.setProperty("insertproportion", Double.toString(inserts));
    properties.setProperty("scanproportion", Double.toString(scans));
    properties.setProperty("readmodifywriteproportion", Double.toString(readModifyWrites));
    properties.setProperty("requestdistribution", distribution);
    properties.setProperty("maxscanlength", Integer.toString(SCAN_ROWS_MAX));
    return properties;
  }
}
