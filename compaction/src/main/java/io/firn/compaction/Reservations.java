package io.firn.compaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What running jobs have taken: their input files, and the key range that each will fill in its
 * output level. Nothing else is locked, so that a long job deep down never holds up another one
 * elsewhere. Safe for use by several threads.
 */
final class Reservations {

  @GuardedBy("this")
  private final Set<String> paths = new HashSet<>();

  @GuardedBy("this")
  private final List<CompactionPlan> plans = new ArrayList<>();

  synchronized boolean isFree(CompactionFile file) {
    return !paths.contains(file.path());
  }

  /** True if nobody holds an input of this plan or writes into its range of the output level. */
  synchronized boolean isFree(CompactionPlan plan) {
    return plan.inputs().stream().allMatch(this::isFree)
        && isFree(plan.outputLevel(), plan.range());
  }

  /** True if no job writes into this range of a level. Level 0 may overlap, so that it is free. */
  synchronized boolean isFree(int level, KeyRange range) {
    return level == 0
        || plans.stream()
            .noneMatch(plan -> plan.outputLevel() == level && plan.range().overlaps(range));
  }

  /** Takes the plan's inputs and range, all or nothing. */
  synchronized boolean tryReserve(CompactionPlan plan) {
    if (!isFree(plan)) {
      return false;
    }
    plans.add(plan);
    paths.addAll(plan.inputPaths());
    return true;
  }

  /** Gives back what {@link #tryReserve} took. */
  synchronized void release(CompactionPlan plan) {
    plans.remove(plan);
    plan.inputPaths().forEach(paths::remove);
  }

  /** The inputs of all running jobs. */
  synchronized Set<String> paths() {
    return Set.copyOf(paths);
  }
}
