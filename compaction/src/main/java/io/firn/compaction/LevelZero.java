package io.firn.compaction;

import java.util.ArrayList;
import java.util.List;

/**
 * What level 0 asks for: a merge into level 1 when that is worth its price, and else, when there
 * are too many sorted runs, a merge within itself. A row is then written once for every level 0
 * full of rows that its level 1 can be compared with, however large that has become, at the price
 * of a few large runs in level 0 (size-tiered compaction above a levelled one). Immutable.
 */
final class LevelZero {

  /** The masked share at which rows that will be merged sooner or later are not left any longer. */
  private static final double MASKED_AND_MERGED = 0.5;

  /** A merge of level 0 has at least this many live rows for each that it rewrites in level 1. */
  private static final double LIVE_ROWS_A_REWRITTEN_ROW = 0.5;

  private final LevelView view;
  private final List<List<CompactionFile>> runs;
  private final double runsScore;
  private final double maskedScore;
  private final boolean large;

  LevelZero(LevelView view, CompactionOptions options) {
    this.view = view;
    this.runs = runs(view.level(0));
    long rows = 0;
    long masked = 0;
    for (CompactionFile file : view.level(1)) {
      if (file.liveRows() > 0 && isOver(file)) {
        rows += file.rowCount();
        masked += file.deletedRows();
      }
    }
    this.runsScore = (double) runs.size() / options.l0FilesTrigger();
    this.maskedScore =
        masked / (Math.max(1, rows) * Math.max(MASKED_AND_MERGED, options.maskedRowRatio()));
    this.large = liveRows(view.level(0)) >= LIVE_ROWS_A_REWRITTEN_ROW * (rows - masked);
  }

  /** Files of ours that one commit has added and that do not overlap are one run. */
  private static List<List<CompactionFile>> runs(List<CompactionFile> oldestFirst) {
    List<List<CompactionFile>> runs = new ArrayList<>();
    for (CompactionFile file : oldestFirst) {
      List<CompactionFile> last = runs.isEmpty() ? List.of() : runs.get(runs.size() - 1);
      boolean joins = !last.isEmpty() && last.stream().allMatch(other -> besides(file, other));
      if (!joins) {
        last = new ArrayList<>();
        runs.add(last);
      }
      last.add(file);
    }
    return runs;
  }

  private static boolean besides(CompactionFile file, CompactionFile other) {
    return file.origin() == CompactionFile.Origin.FIRN
        && other.origin() == CompactionFile.Origin.FIRN
        && file.dataSequenceNumber() == other.dataSequenceNumber()
        && !file.range().overlaps(other.range());
  }

  static long liveRows(List<CompactionFile> files) {
    return files.stream().mapToLong(CompactionFile::liveRows).sum();
  }

  /** Its sorted runs, which lookups ask one after the other. */
  List<List<CompactionFile>> runs() {
    return runs;
  }

  /** Whether some of its files overlap a file. */
  boolean isOver(CompactionFile file) {
    return view.overlaps(0, file.range());
  }

  /**
   * How urgent it is to compact level 0: by its sorted runs, or by the share of masked rows in what
   * it would be merged with. Merged when half of that is masked, level 0 has grown to what is left
   * of it.
   */
  double score() {
    return Math.max(runsScore, maskedScore);
  }

  /** Whether it is due, and so that it should become part of level 1. */
  boolean goesDown() {
    return maskedScore >= 1 || (runsScore >= 1 && large);
  }
}
