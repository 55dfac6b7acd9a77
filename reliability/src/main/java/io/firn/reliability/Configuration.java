package io.firn.reliability;

import io.firn.engine.Durability;
import io.firn.engine.FirnOptions;
import io.firn.engine.OptionKey;
import io.firn.testkit.ForeignState;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/**
 * What the lists of one of sixty-four kinds have in common, the same every time: small sizes, so
 * that much happens soon, in flat tables and in tables with a struct, of few keys and of many.
 */
record Configuration(FirnOptions options, Schema schema, int formatVersion, int keys) {

  static final int COUNT = 64;

  /** The columns that every schema of the table has: the key and the version. */
  static final Set<Integer> KEPT = Set.of(1, ForeignState.VERSION);

  private static final NestedField PLACE =
      NestedField.optional(
          6,
          "place",
          StructType.of(
              NestedField.optional(7, "zone", Types.IntegerType.get()),
              NestedField.optional(8, "city", Types.StringType.get())));

  static Configuration numbered(int index) {
    return new Configuration(
        options(index),
        schema(index % 4 == 3 ? PLACE : NestedField.optional(6, "flag", Types.BooleanType.get())),
        index % 8 == 5 ? 2 : 3,
        List.of(60, 400, 2_000).get(index / 3 % 3));
  }

  private static Schema schema(NestedField sixth) {
    return new Schema(
        NestedField.required(1, "id", Types.LongType.get()),
        NestedField.optional(2, "note", Types.StringType.get()),
        NestedField.required(3, "count", Types.IntegerType.get()),
        NestedField.required(ForeignState.VERSION, "version", Types.LongType.get()),
        NestedField.optional(5, "ratio", Types.FloatType.get()),
        sixth);
  }

  private static FirnOptions options(int index) {
    Random random = new Random(index * 0x9E3779B97F4A7C15L);
    Durability[] durabilities = Durability.values();
    int level0Files = 2 + random.nextInt(6);
    int slowdown = level0Files + 2 + random.nextInt(30);
    return FirnOptions.builder()
        .durability(durabilities[index % durabilities.length])
        .set(OptionKey.MEMTABLE_BYTES_MAX, (64L << 10) << random.nextInt(4))
        .set(OptionKey.IMMUTABLE_MEMTABLES_MAX, 1 + random.nextInt(4))
        .set(OptionKey.FLUSH_WORKERS, 1 + random.nextInt(4))
        .set(OptionKey.FLUSH_INTERVAL_MILLIS, random.nextBoolean() ? 400 : 10_000)
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
