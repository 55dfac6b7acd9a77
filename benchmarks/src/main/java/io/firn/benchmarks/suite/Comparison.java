package io.firn.benchmarks.suite;

/** How a measured figure is held against a target. */
public enum Comparison {
  /** Ours over the peer's, at least the goal: for rates. */
  TIMES_AS_MUCH,
  /** The peer's over ours, at least the goal: for durations, where less is better. */
  TIMES_AS_FAST,
  /** Ours over the peer's, at most the goal: for what is to stay within a multiple. */
  AT_MOST_TIMES,
  /** Our value itself, at least the goal. */
  AT_LEAST,
  /** Our value itself, at most the goal. */
  AT_MOST;

  /** True if the target names another figure to compare with. */
  boolean hasPeer() {
    return this != AT_LEAST && this != AT_MOST;
  }

  /** What is held against the goal. */
  double measured(double ours, double peers) {
    return switch (this) {
      case TIMES_AS_MUCH, AT_MOST_TIMES -> ours / peers;
      case TIMES_AS_FAST -> peers / ours;
      case AT_LEAST, AT_MOST -> ours;
    };
  }

  boolean isMet(double measured, double goal) {
    return switch (this) {
      case TIMES_AS_MUCH, TIMES_AS_FAST, AT_LEAST -> measured >= goal;
      case AT_MOST_TIMES, AT_MOST -> measured <= goal;
    };
  }

  /** The sign before the goal. */
  String sign() {
    return this == AT_MOST || this == AT_MOST_TIMES ? "<=" : ">=";
  }
}
