package io.firn.compaction;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.firn.error.InvalidArgumentException;

/**
 * The options of compaction. Immutable; each is checked when it is set, and all of them together in
 * {@link Builder#build}.
 */
public final class CompactionOptions {

  private final int workers;
  private final int l0FilesTrigger;
  private final int smallFilesTrigger;
  private final int levelsMax;
  private final int subRangesMax;
  private final long targetFileBytes;
  private final long levelBaseBytes;
  private final int levelMultiplier;
  private final double maskedRowRatio;
  private final long maxDvBytes;
  private final long maxInputBytesPerJob;

  private CompactionOptions(Builder builder) {
    workers = builder.workers;
    l0FilesTrigger = builder.l0FilesTrigger;
    smallFilesTrigger = builder.smallFilesTrigger;
    levelsMax = builder.levelsMax;
    subRangesMax = builder.subRangesMax;
    targetFileBytes = builder.targetFileBytes;
    levelBaseBytes = builder.levelBaseBytes;
    levelMultiplier = builder.levelMultiplier;
    maskedRowRatio = builder.maskedRowRatio;
    maxDvBytes = builder.maxDvBytes;
    maxInputBytesPerJob = builder.maxInputBytesPerJob;
  }

  public static CompactionOptions defaults() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Jobs that may run at once; 0 is manual mode: nothing is compacted unless asked for. */
  public int workers() {
    return workers;
  }

  /**
   * This many sorted runs make level 0 due: files, or sets of files of one commit that do not
   * overlap.
   */
  public int l0FilesTrigger() {
    return l0FilesTrigger;
  }

  /**
   * This many small neighbours (less than half a target file each) in a deeper level make it due.
   */
  public int smallFilesTrigger() {
    return smallFilesTrigger;
  }

  /** The number of levels, level 0 included. */
  public int levelsMax() {
    return levelsMax;
  }

  /**
   * A job is split into at most this many key sub-ranges, which run in parallel where threads are
   * free; each takes the memory of a job of its own.
   */
  public int subRangesMax() {
    return subRangesMax;
  }

  /** An output file ends soon after this many bytes. */
  public long targetFileBytes() {
    return targetFileBytes;
  }

  /** The size at which level 1 becomes due. */
  public long levelBaseBytes() {
    return levelBaseBytes;
  }

  /** Each deeper level may hold this many times the bytes of the one above. */
  public int levelMultiplier() {
    return levelMultiplier;
  }

  /**
   * A file below level 0 is due for a rewrite when this share of its rows is masked; one that will
   * be merged with files of level 0 not before three quarters of them are.
   */
  public double maskedRowRatio() {
    return maskedRowRatio;
  }

  /** A file is due for a rewrite when its deletion vector is larger than this. */
  public long maxDvBytes() {
    return maxDvBytes;
  }

  /**
   * A job reads no more than this, unless the smallest set of files that can be merged at all is
   * larger.
   */
  public long maxInputBytesPerJob() {
    return maxInputBytesPerJob;
  }

  /** The size at which a level becomes due; the deepest level never does. */
  public long levelTargetBytes(int level) {
    if (level >= levelsMax - 1) {
      return Long.MAX_VALUE;
    }
    long target = levelBaseBytes;
    for (int deeper = 1; deeper < level; deeper++) {
      target =
          target > Long.MAX_VALUE / levelMultiplier ? Long.MAX_VALUE : target * levelMultiplier;
    }
    return target;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private int workers = 1;
    private int l0FilesTrigger = 4;
    private int smallFilesTrigger = 8;
    private int levelsMax = 7;
    private int subRangesMax = 2;
    private long targetFileBytes = 64L << 20;
    private long levelBaseBytes = 1L << 30;
    private int levelMultiplier = 10;
    private double maskedRowRatio = 0.2;
    private long maxDvBytes = 1L << 20;
    private long maxInputBytesPerJob = 2L << 30;

    private Builder() {}

    @CanIgnoreReturnValue
    public Builder workers(int value) {
      workers = (int) inRange("workers", value, 0, 256);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder l0FilesTrigger(int value) {
      l0FilesTrigger = (int) inRange("l0FilesTrigger", value, 1, 10_000);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder smallFilesTrigger(int value) {
      smallFilesTrigger = (int) inRange("smallFilesTrigger", value, 2, 10_000);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder levelsMax(int value) {
      levelsMax = (int) inRange("levelsMax", value, 2, 16);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder subRangesMax(int value) {
      subRangesMax = (int) inRange("subRangesMax", value, 1, 1_024);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder targetFileBytes(long value) {
      targetFileBytes = inRange("targetFileBytes", value, 1, Long.MAX_VALUE);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder levelBaseBytes(long value) {
      levelBaseBytes = inRange("levelBaseBytes", value, 1, Long.MAX_VALUE);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder levelMultiplier(int value) {
      levelMultiplier = (int) inRange("levelMultiplier", value, 2, 1_000);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder maskedRowRatio(double value) {
      if (!(value > 0 && value <= 1)) {
        throw new InvalidArgumentException(
            "maskedRowRatio must be above 0 and at most 1, not " + value);
      }
      maskedRowRatio = value;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder maxDvBytes(long value) {
      maxDvBytes = inRange("maxDvBytes", value, 1, Long.MAX_VALUE);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder maxInputBytesPerJob(long value) {
      maxInputBytesPerJob = inRange("maxInputBytesPerJob", value, 1, Long.MAX_VALUE);
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidArgumentException if a level could not hold one target file, or a job could
     *     not read one
     */
    public CompactionOptions build() {
      if (levelBaseBytes < targetFileBytes) {
        throw new InvalidArgumentException(
            "levelBaseBytes (%d) must be at least targetFileBytes (%d)"
                .formatted(levelBaseBytes, targetFileBytes));
      }
      if (maxInputBytesPerJob < targetFileBytes) {
        throw new InvalidArgumentException(
            "maxInputBytesPerJob (%d) must be at least targetFileBytes (%d)"
                .formatted(maxInputBytesPerJob, targetFileBytes));
      }
      return new CompactionOptions(this);
    }

    private static long inRange(String name, long value, long min, long max) {
      if (value < min || value > max) {
        throw new InvalidArgumentException(
            "%s must be from %d to %d, not %d".formatted(name, min, max, value));
      }
      return value;
    }
  }
}
