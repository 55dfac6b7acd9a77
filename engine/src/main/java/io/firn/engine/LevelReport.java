package io.firn.engine;

import io.firn.catalog.Version;
import io.firn.compaction.CompactionFile;
import io.firn.compaction.CompactionOptions;
import io.firn.compaction.CompactionPlan;
import io.firn.compaction.CompactionService;
import io.firn.compaction.KeyRanges;
import io.firn.compaction.LevelScore;
import io.firn.compaction.LevelView;
import io.firn.compaction.Levels;
import io.firn.engine.TableStats.LevelStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells about levels, by the writer's view of them or, in a table only read, by a derived one. */
final class LevelReport {

  private final LevelView view;
  private final CompactionOptions options;

  LevelReport(LevelView view, CompactionOptions options) {
    this.view = view;
    this.options = options;
  }

  /**
   * Levels are derived from the files, so a reader knows them as a writer does that just opened.
   */
  static LevelReport ofReader(EngineParts parts) {
    CompactionOptions options = Maintenance.compactionOptions(parts.options());
    Version version = parts.store().version();
    Levels levels = new Levels(KeyRanges.of(parts.readers()), options);
    levels.rederive(version);
    return new LevelReport(levels.view(version), options);
  }

  /** The figures of each level. */
  List<LevelStats> stats() {
    List<LevelStats> levels = new ArrayList<>();
    for (LevelScore score : LevelScore.of(view, options)) {
      levels.add(
          new LevelStats(
              score.level(),
              score.files(),
              score.lengthBytes(),
              score.rowCount(),
              score.maskedRows(),
              score.score()));
    }
    return levels;
  }

  /** The jobs that a request would lead to. */
  List<PlannedJob> plan(CompactionKind kind) {
    List<PlannedJob> jobs = new ArrayList<>();
    for (CompactionPlan plan : CompactionService.plan(view, options, kind.request())) {
      jobs.add(
          new PlannedJob(
              plan.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
              plan.inputs().size(),
              plan.inputBytes(),
              plan.liveRows(),
              plan.deletedRows(),
              plan.outputLevel(),
              plan.rewrites(),
              plan.score()));
    }
    return jobs;
  }

  /** The level a file counts to. */
  Map<String, Integer> byPath() {
    Map<String, Integer> levels = new HashMap<>();
    for (int level = 0; level < view.levelCount(); level++) {
      for (CompactionFile file : view.level(level)) {
        levels.put(file.path(), level);
      }
    }
    return levels;
  }
}
