package io.firn.service;

import java.util.ArrayList;
import java.util.List;

/**
 * How well something works, and why not better.
 *
 * @param level the worst of what is known
 * @param reasons one sentence each; empty when healthy
 */
public record ServiceHealth(Level level, List<String> reasons) {

  /** Nothing to complain about. */
  public static final ServiceHealth HEALTHY = new ServiceHealth(Level.HEALTHY, List.of());

  public ServiceHealth {
    reasons = List.copyOf(reasons);
  }

  /** From good to bad. */
  public enum Level {
    /** Works as configured. */
    HEALTHY,
    /** Works, but slower or later than configured. */
    DEGRADED,
    /** Some work does not get done. */
    UNHEALTHY
  }

  /** Some work does not get done, for this reason. */
  public static ServiceHealth unhealthy(String reason) {
    return new ServiceHealth(Level.UNHEALTHY, List.of(reason));
  }

  /** The worse of two, with the reasons of both. */
  public ServiceHealth and(ServiceHealth other) {
    List<String> all = new ArrayList<>(reasons);
    all.addAll(other.reasons);
    return new ServiceHealth(level.compareTo(other.level) >= 0 ? level : other.level, all);
  }
}
