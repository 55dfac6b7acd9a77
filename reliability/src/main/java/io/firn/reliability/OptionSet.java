package io.firn.reliability;

import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.OptionKey;
import java.util.Random;

/** Sixty-four option sets, each the same every time: small sizes, so that much happens soon. */
final class OptionSet {

  static final int COUNT = 64;

  private OptionSet() {}

  static FirnOptions numbered(int index) {
    Random random = new Random(index * 0x9E3779B97F4A7C15L);
    Durability[] durabilities = Durability.values();
    int level0Files = 2 + random.nextInt(6);
    int slowdown = level0Files + 2 + random.nextInt(30);
    return FirnOptions.builder()
        .durability(durabilities[index % durabilities.length])
        .set(OptionKey.MEMTABLE_BYTES_MAX, (64L << 10) << random.nextInt(4))
        .set(OptionKey.IMMUTABLE_MEMTABLES_MAX, 1 + random.nextInt(4))
        .set(OptionKey.FLUSH_WORKERS, 1 + random.nextInt(4))
        .set(OptionKey.FLUSH_INTERVAL_MILLIS, random.nextBoolean() ? 20 : 10_000)
        .set(OptionKey.WAL_SYNC_INTERVAL_MILLIS, 1 + random.nextInt(50))
        .set(OptionKey.SORTED_RUNS_SLOWDOWN, slowdown)
        .set(OptionKey.SORTED_RUNS_STOP, slowdown + 1 + random.nextInt(30))
        .set(OptionKey.COMPACTION_WORKERS, 1 + random.nextInt(2))
        .set(OptionKey.COMPACTION_LEVEL0_FILES, level0Files)
        .set(OptionKey.COMPACTION_TARGET_FILE_BYTES, 64L << 10)
        .set(OptionKey.COMPACTION_LEVEL_BASE_BYTES, (64L << 10) << random.nextInt(3))
        .set(OptionKey.COMPACTION_LEVEL_MULTIPLIER, 2 + random.nextInt(9))
        .set(OptionKey.COMPACTION_MASKED_PERCENT, 1 + random.nextInt(100))
        .set(OptionKey.SCAN_WORKERS, random.nextInt(3))
        .set(OptionKey.PAGE_CACHE_BYTES_MAX, random.nextBoolean() ? 0 : 1 << 20)
        .set(OptionKey.PAGE_CACHE_DISK_BYTES_MAX, random.nextBoolean() ? 0 : 1 << 20)
        .set(OptionKey.SNAPSHOTS_RETAINED_MIN, 1 + random.nextInt(6))
        .set(OptionKey.SNAPSHOT_AGE_MILLIS_MAX, random.nextInt(200))
        .set(OptionKey.SWEEP_GRACE_MILLIS, random.nextBoolean() ? 0 : 50)
        .set(OptionKey.SWEEP_BATCH_FILES, 1 + random.nextInt(20))
        .build();
  }
}
