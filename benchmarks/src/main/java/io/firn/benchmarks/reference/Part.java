package io.firn.benchmarks.reference;

/** The parts of the workload; the writes of W1 and W2 always happen before any read. */
enum Part {
  /** Load in random key order. */
  W1,
  /** Updates and deletes. */
  W2,
  /** Point reads, half of them of absent keys. */
  W3,
  /** Full scans. */
  W4,
  /** Range scans of 1,000 keys. */
  W5,
  /** Reopening, cleanly and after a kill. */
  W6
}
