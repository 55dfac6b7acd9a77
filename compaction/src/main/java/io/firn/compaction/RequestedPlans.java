package io.firn.compaction;

import io.firn.compaction.CompactionPlan.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * The plans of compactions that somebody asked for, whatever the scores say. No two plans of one
 * list share a file, nor write overlapping ranges. Does no I/O.
 */
final class RequestedPlans {

  private final CompactionOptions options;

  RequestedPlans(CompactionOptions options) {
    this.options = options;
  }

  /**
   * Everything into one sorted run without masked rows. A file that is that already, and not small,
   * stays as it is. A group of files that overlap each other is one job, however large.
   */
  List<CompactionPlan> full(LevelView view) {
    List<CompactionPlan> plans = new ArrayList<>(dead(view));
    int target = fullLevel(view);
    List<CompactionFile> atTarget = view.level(target);
    List<CompactionFile> job = new ArrayList<>();
    List<CompactionFile> moves = new ArrayList<>();
    for (List<CompactionFile> group : OverlapGroups.of(live(view))) {
      boolean settled =
          group.size() == 1
              && group.get(0).movable()
              && group.get(0).lengthBytes() >= options.targetFileBytes() / 2;
      if (settled) {
        endJob(job, moves, atTarget, target, plans);
        job = new ArrayList<>();
        if (!atTarget.contains(group.get(0))) {
          moves.add(group.get(0));
        }
        continue;
      }
      long bytes = bytes(job) + bytes(group);
      if (!job.isEmpty() && bytes > options.maxInputBytesPerJob()) {
        endJob(job, moves, atTarget, target, plans);
        job = new ArrayList<>();
      }
      job.addAll(group);
    }
    endJob(job, moves, atTarget, target, plans);
    for (CompactionFile move : moves) {
      plans.add(new CompactionPlan(Kind.MOVE, List.of(move), target, 0));
    }
    return List.copyOf(plans);
  }

  private static void endJob(
      List<CompactionFile> job,
      List<CompactionFile> moves,
      List<CompactionFile> atTarget,
      int target,
      List<CompactionPlan> plans) {
    if (job.size() > 1 || (job.size() == 1 && !job.get(0).movable())) {
      plans.add(new CompactionPlan(Kind.FULL, job, target, 0));
    } else if (job.size() == 1 && !atTarget.contains(job.get(0))) {
      moves.add(job.get(0));
    }
  }

  /** The first level that may hold everything, and none above the deepest one in use. */
  private int fullLevel(LevelView view) {
    long total = bytes(view.files());
    int level = Math.max(1, view.deepestLevel());
    while (level < view.levelCount() - 1 && options.levelTargetBytes(level) < total) {
      level++;
    }
    return level;
  }

  /** Every file with a masked row is rewritten in its level, neighbours together. */
  List<CompactionPlan> purge(LevelView view) {
    List<CompactionPlan> plans = new ArrayList<>(dead(view));
    for (int level = 0; level < view.levelCount(); level++) {
      List<CompactionFile> job = new ArrayList<>();
      for (CompactionFile file : view.level(level)) {
        boolean due = file.deletedRows() > 0 && file.liveRows() > 0;
        boolean full = bytes(job) + file.lengthBytes() > options.maxInputBytesPerJob();
        if (!job.isEmpty() && (level == 0 || !due || full)) {
          plans.add(new CompactionPlan(Kind.MASKED, job, level, 0));
          job = new ArrayList<>();
        }
        if (due) {
          job.add(file);
        }
      }
      if (!job.isEmpty()) {
        plans.add(new CompactionPlan(Kind.MASKED, job, level, 0));
      }
    }
    return List.copyOf(plans);
  }

  private static List<CompactionPlan> dead(LevelView view) {
    List<CompactionFile> dead = view.files().stream().filter(f -> f.liveRows() == 0).toList();
    return dead.isEmpty() ? List.of() : List.of(new CompactionPlan(Kind.DROP, dead, 0, 0));
  }

  private static List<CompactionFile> live(LevelView view) {
    return view.files().stream().filter(f -> f.liveRows() > 0).toList();
  }

  private static long bytes(List<CompactionFile> files) {
    return files.stream().mapToLong(CompactionFile::lengthBytes).sum();
  }
}
