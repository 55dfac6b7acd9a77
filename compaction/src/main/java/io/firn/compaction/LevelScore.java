package io.firn.compaction;

import java.util.ArrayList;
import java.util.List;

/**
 * How much a level asks for compaction. A score of 1 or more means that it is due.
 *
 * @param level the level
 * @param files its files
 * @param lengthBytes their bytes
 * @param targetBytes the bytes at which the level is due; {@link Long#MAX_VALUE} if it never is
 * @param rowCount its rows, masked ones included
 * @param maskedRows its masked rows
 * @param dvBytes the size of its deletion vectors
 * @param sizeScore level 0: sorted runs over the trigger, or the masked share of what it is merged
 *     with over the share that is due; deeper: bytes over the target
 * @param maskScore the largest of its files' scores for masked rows and deletion vector bytes
 */
public record LevelScore(
    int level,
    int files,
    long lengthBytes,
    long targetBytes,
    long rowCount,
    long maskedRows,
    long dvBytes,
    double sizeScore,
    double maskScore) {

  /**
   * The masked share at which a file under level 0 is not left to the merge that will come, which
   * starts when half of all rows under level 0 are masked.
   */
  private static final double MASKED_UNDER_LEVEL_ZERO = 0.75;

  /** The larger of both scores. */
  public double score() {
    return Math.max(sizeScore, maskScore);
  }

  /** True if the level is due for compaction. */
  public boolean due() {
    return score() >= 1;
  }

  /** The scores of all levels, level 0 first. */
  public static List<LevelScore> of(LevelView view, CompactionOptions options) {
    List<LevelScore> scores = new ArrayList<>();
    for (int level = 0; level < view.levelCount(); level++) {
      scores.add(of(view, level, options));
    }
    return List.copyOf(scores);
  }

  private static LevelScore of(LevelView view, int level, CompactionOptions options) {
    List<CompactionFile> files = view.level(level);
    long bytes = view.lengthBytes(level);
    long target = options.levelTargetBytes(level);
    long rows = 0;
    long masked = 0;
    long dvBytes = 0;
    double maskScore = 0;
    for (CompactionFile file : files) {
      rows += file.rowCount();
      masked += file.deletedRows();
      dvBytes += file.dvBytes();
      maskScore = Math.max(maskScore, maskScore(view, level, file, options));
    }
    double sizeScore =
        level == 0
            ? new LevelZero(view, options).score()
            : target == Long.MAX_VALUE ? 0 : (double) bytes / target;
    return new LevelScore(
        level,
        files.size(),
        bytes,
        level == 0 ? Long.MAX_VALUE : target,
        rows,
        masked,
        dvBytes,
        sizeScore,
        maskScore);
  }

  /**
   * What a file's deletion vector adds. Level 0 is rewritten soon anyway, so that its masked rows
   * alone never make it due, unless none is left; and what lies under it in level 1 will be merged
   * with it, so that it may have more masked rows than other files.
   */
  static double maskScore(
      LevelView view, int level, CompactionFile file, CompactionOptions options) {
    double byBytes = (double) file.dvBytes() / options.maxDvBytes();
    if (level == 0 && file.liveRows() > 0) {
      return byBytes;
    }
    double due =
        level == 1 && view.overlaps(0, file.range())
            ? Math.max(MASKED_UNDER_LEVEL_ZERO, options.maskedRowRatio())
            : options.maskedRowRatio();
    return Math.max(byBytes, file.maskedRatio() / due);
  }
}
