package io.firn.benchmarks.reference;

import java.util.Locale;

/** What Firn can be measured against, as the command line names it. */
enum Peer {
  /** Nothing: Firn alone. */
  NONE,
  /** Every one of them. */
  ALL,
  ROCKSDB,
  PAIMON,
  PAIMON_DV,
  ICEBERG,
  DUCKDB;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
