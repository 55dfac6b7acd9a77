package io.firn.engine;

import io.firn.format.RowCodec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every numeric option: its key in kebab case, its range and its meaning. A key appears in table
 * properties with the prefix {@link FirnOptions#PROPERTY_PREFIX}, and on the command line as it is.
 */
public enum OptionKey {
  MEMTABLE_BYTES_MAX(
      64L << 20, 64L << 10, 1L << 30, 32, "A memtable of this many bytes is rotated and flushed"),
  IMMUTABLE_MEMTABLES_MAX(4, 1, 64, "Writers stall while this many memtables wait for their flush"),
  FLUSH_WORKERS(2, 1, 16, "Threads that write memtables to data files"),
  FLUSH_INTERVAL_MILLIS(
      10_000,
      10,
      86_400_000,
      "Written rows are flushed, and visible outside, after at most this time"),
  WAL_SYNC_INTERVAL_MILLIS(100, 1, 60_000, "How often the log is fsynced for asynchronous writes"),
  WRITE_STALL_MILLIS_MAX(
      60_000, 1, 86_400_000, "A stalled write fails after this time, without having been applied"),
  SORTED_RUNS_SLOWDOWN(
      24, 2, 10_000, "Writers are delayed from this many overlapping runs of files on"),
  SORTED_RUNS_STOP(
      48, 3, 10_000, "Writers stall while there are this many overlapping runs of files"),
  ROW_BYTES_MAX(16L << 20, 1024, RowCodec.ROW_BYTES_MAX, "Larger encoded rows are refused"),
  COMPACTION_WORKERS(1, 0, 64, "Threads that compact; 0 compacts only when asked"),
  COMPACTION_LEVEL0_FILES(10, 2, 1000, "Level 0 is due for compaction at this many sorted runs"),
  COMPACTION_TARGET_FILE_BYTES(
      64L << 20, 64L << 10, 4L << 30, "Compaction cuts its output files at about this size"),
  COMPACTION_LEVEL_BASE_BYTES(1L << 30, 64L << 10, 1L << 50, "The size level 1 may reach"),
  COMPACTION_LEVEL_MULTIPLIER(10, 2, 100, "How much larger each level may be than the one above"),
  COMPACTION_MASKED_PERCENT(
      20, 1, 100, "A file with this share of masked rows is due for compaction"),
  SCAN_WORKERS(2, 0, 64, "Threads that read ahead for scans; 0 leaves it to the reader's thread"),
  PAGE_CACHE_BYTES_MAX(256L << 20, 0, 1L << 40, 8, "Decoded pages and rows kept in memory"),
  PAGE_CACHE_DISK_BYTES_MAX(
      4L << 30,
      0,
      1L << 40,
      "Rows that the page cache had no room for, kept on the log's disk; 0 keeps none"),
  SNAPSHOT_MEMORY_BYTES_MAX(
      512L << 20,
      0,
      1L << 40,
      4,
      "Memtables kept for open snapshots alone; beyond it the oldest is given up"),
  REFRESH_INTERVAL_MILLIS(
      60_000,
      0,
      86_400_000,
      "How often to look for commits of other engines; 0 only at each commit"),
  SNAPSHOTS_RETAINED_MIN(20, 1, 100_000, "The newest Iceberg snapshots are never expired"),
  SNAPSHOT_AGE_MILLIS_MAX(
      3_600_000, 0, Long.MAX_VALUE / 2, "Older Iceberg snapshots expire, beyond those retained"),
  SWEEP_GRACE_MILLIS(
      60_000, 0, 86_400_000, "A file nothing names any more is deleted after this time"),
  SWEEP_BATCH_FILES(100, 1, 10_000, "Deletions are run when this many are due"),
  SWEEP_BATCH_MILLIS(50, 0, 60_000, "or when the first of them has waited this long"),
  CLOSE_MILLIS_MAX(
      120_000,
      100,
      86_400_000,
      "How long a close waits for the work in progress to reach a safe point");

  private final long defaultValue;
  private final long min;
  private final long max;
  private final int heapPart;
  private final String description;

  OptionKey(long defaultValue, long min, long max, String description) {
    this(defaultValue, min, max, 0, description);
  }

  /**
   * @param heapPart the default is no more than the heap divided by this, so that no table outgrows
   *     a small heap by its defaults; 0 if it does not depend on the heap
   */
  OptionKey(long defaultValue, long min, long max, int heapPart, String description) {
    this.defaultValue = defaultValue;
    this.min = min;
    this.max = max;
    this.heapPart = heapPart;
    this.description = description;
  }

  /** The name in kebab case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The value if nothing is said. For options of memory, it is smaller in a Java whose heap is
   * small.
   */
  public long defaultValue() {
    return defaultFor(Runtime.getRuntime().maxMemory());
  }

  long defaultFor(long heapBytes) {
    return heapPart == 0
        ? defaultValue
        : Math.max(min, Math.min(defaultValue, (heapBytes / heapPart) >> 20 << 20));
  }

  int heapPart() {
    return heapPart;
  }

  /** The smallest value allowed. */
  public long min() {
    return min;
  }

  /** The largest value allowed. */
  public long max() {
    return max;
  }

  /** One line of meaning. */
  public String description() {
    return description;
  }

  /**
   * A value as it is written in options: a number in the option's own unit, or one with a unit like
   * 64mb or 10s. Its range is not checked.
   *
   * @throws NumberFormatException for anything else
   */
  public long parse(String text) {
    return OptionText.parse(this, text);
  }

  /** The option with this kebab-case key. */
  public static Optional<OptionKey> ofKey(String key) {
    return Arrays.stream(values()).filter(option -> option.key().equals(key)).findFirst();
  }
}
