package io.firn.engine;

import java.util.List;

/**
 * What {@link TableRepair} would do, or has done, in order.
 *
 * @param steps none if nothing is broken
 */
public record RepairPlan(List<RepairStep> steps) {

  /** Something is lost, and nothing is left that says how much. */
  public static final long UNKNOWN = -1;

  public RepairPlan {
    steps = List.copyOf(steps);
  }

  /** How many rows and operations are lost by all steps, or {@link #UNKNOWN}. */
  public long lost() {
    return steps.stream().anyMatch(step -> step.lost() == UNKNOWN)
        ? UNKNOWN
        : steps.stream().mapToLong(RepairStep::lost).sum();
  }
}
