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
 * @param sizeScore level 0: files over the trigger, or the masked share of what it is merged with
 *     over the share that is due; deeper: bytes over the target
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

  /** The masked share at which rows that will be merged sooner or later are not left any longer. */
  private static final double MASKED_AND_MERGED = 0.5;

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
            ? levelZeroScore(view, options)
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
   * How urgent it is to merge level 0 into level 1: by its number of files, which lookups ask one
   * after the other, or by the share of masked rows in what it would be merged with. Merged when
   * half of that is masked, level 0 has grown to what is left of it.
   */
  static double levelZeroScore(LevelView view, CompactionOptions options) {
    long rows = 0;
    long masked = 0;
    for (CompactionFile file : view.level(1)) {
      if (file.liveRows() > 0 && view.overlaps(0, file.range())) {
        rows += file.rowCount();
        masked += file.deletedRows();
      }
    }
    double byFiles = (double) view.level(0).size() / options.l0FilesTrigger();
    double byMaskedRows = masked / (Math.max(1, rows) * dueUnderLevelZero(options));
    return Math.max(byFiles, byMaskedRows);
  }

  private static double dueUnderLevelZero(CompactionOptions options) {
    return Math.max(MASKED_AND_MERGED, options.maskedRowRatio());
  }

  /**
   * What a file's deletion vector adds. Level 0 is rewritten soon anyway, so that its masked rows
   * alone never make it due, unless none is left; and so is what lies under it in level 1, which
   * may have more masked rows than other files.
   */
  static double maskScore(
      LevelView view, int level, CompactionFile file, CompactionOptions options) {
    double byBytes = (double) file.dvBytes() / options.maxDvBytes();
    if (level == 0 && file.liveRows() > 0) {
      return byBytes;
    }
    double due =
        level == 1 && view.overlaps(0, file.range())
            ? dueUnderLevelZero(options)
            : options.maskedRowRatio();
    return Math.max(byBytes, file.maskedRatio() / due);
  }
}
