package io.firn.engine;

import io.firn.catalog.ExpirePolicy;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.compaction.CompactionHost;
import io.firn.compaction.CompactionListener;
import io.firn.compaction.CompactionOptions;
import io.firn.compaction.CompactionService;
import io.firn.compaction.SweepBatch;
import io.firn.compaction.SweepListener;
import io.firn.compaction.SweepOptions;
import io.firn.compaction.Sweeper;
import io.firn.engine.TableListener.SweepEvent;
import io.firn.format.DataFileReaders;
import io.firn.service.BackgroundService;
import io.firn.service.MaintenanceGate;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceStats;
import io.firn.service.WorkOutcome;
import io.firn.storage.Storage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The services that keep a table in shape behind its writer: compaction, sweeping, and looking for
 * foreign commits.
 */
final class Maintenance {

  private static final int GATE_SKIPS_MAX = 8;
  private static final Duration GATE_PATIENCE = Duration.ofSeconds(1);

  /**
   * Of a compaction, sub-ranges are merged at once if there is so much heap for each: a row group
   * of output, and pages of each input.
   */
  private static final long HEAP_BYTES_A_SUB_RANGE = 512L << 20;

  private final EngineParts parts;
  private final FilePins pins;
  private final Runnable onVersion;
  private final CompactionTally tally;
  private final MaintenanceGate gate;
  private final CompactionService compaction;
  private final Sweeper sweeper;
  private final BackgroundService refresher;

  /**
   * @param refresh looks for foreign commits
   * @param onVersion called after a compaction, whose version may hold a foreign commit
   */
  Maintenance(EngineParts parts, Runnable refresh, Runnable onVersion) {
    this.parts = parts;
    this.pins = parts.pins();
    this.onVersion = onVersion;
    this.tally = new CompactionTally(parts.events(), parts.failures());
    this.gate = new MaintenanceGate(parts.environment().ticker(), GATE_SKIPS_MAX, GATE_PATIENCE);
    FirnOptions options = parts.options();
    this.compaction = new CompactionService(new Host(), compactionOptions(options));
    this.sweeper =
        new Sweeper(
            parts.store(),
            parts.storage(),
            this::neededPaths,
            gate,
            sweepOptions(options),
            new SweepEvents(),
            parts.environment());
    this.refresher =
        new BackgroundService(refreshOptions(options, refresh).in(parts.environment()));
  }

  static CompactionOptions compactionOptions(FirnOptions options) {
    return compactionOptions(options, Runtime.getRuntime().maxMemory());
  }

  static CompactionOptions compactionOptions(FirnOptions options, long heapBytes) {
    long targetFileBytes = options.value(OptionKey.COMPACTION_TARGET_FILE_BYTES);
    return CompactionOptions.builder()
        .workers(options.intValue(OptionKey.COMPACTION_WORKERS))
        .l0FilesTrigger(options.intValue(OptionKey.COMPACTION_LEVEL0_FILES))
        .subRangesMax(subRanges(heapBytes))
        .targetFileBytes(targetFileBytes)
        .maxInputBytesPerJob(
            Math.max(targetFileBytes, CompactionOptions.defaults().maxInputBytesPerJob()))
        .levelBaseBytes(options.value(OptionKey.COMPACTION_LEVEL_BASE_BYTES))
        .levelMultiplier(options.intValue(OptionKey.COMPACTION_LEVEL_MULTIPLIER))
        .maskedRowRatio(options.value(OptionKey.COMPACTION_MASKED_PERCENT) / 100.0)
        .build();
  }

  private static int subRanges(long heapBytes) {
    int most = CompactionOptions.defaults().subRangesMax();
    return (int) Math.max(1, Math.min(most, heapBytes / HEAP_BYTES_A_SUB_RANGE));
  }

  private static SweepOptions sweepOptions(FirnOptions options) {
    return SweepOptions.defaults()
        .withBatches(
            options.intValue(OptionKey.SWEEP_BATCH_FILES),
            Duration.ofMillis(options.value(OptionKey.SWEEP_BATCH_MILLIS)))
        .withGrace(Duration.ofMillis(options.value(OptionKey.SWEEP_GRACE_MILLIS)))
        .withExpire(
            new ExpirePolicy(
                options.intValue(OptionKey.SNAPSHOTS_RETAINED_MIN),
                Duration.ofMillis(options.value(OptionKey.SNAPSHOT_AGE_MILLIS_MAX))));
  }

  private static ServiceOptions refreshOptions(FirnOptions options, Runnable refresh) {
    long millis = options.value(OptionKey.REFRESH_INTERVAL_MILLIS);
    ServiceOptions service = ServiceOptions.named("refresh").withWorkers(millis == 0 ? 0 : 1);
    return millis == 0
        ? service
        : service.every(
            Duration.ofMillis(millis),
            "refresh",
            context -> {
              refresh.run();
              return WorkOutcome.DONE;
            });
  }

  void start() {
    compaction.start();
    sweeper.start();
    refresher.start();
  }

  private Set<String> neededPaths() {
    Set<String> needed = new HashSet<>(compaction.pathsInProgress());
    needed.addAll(pins.paths());
    return needed;
  }

  /**
   * A flush has been committed: has due compactions done soon and old snapshots expired; and does
   * on the calling thread what no thread of the services does. Call it without any lock.
   */
  void afterFlush() {
    compaction.requestCompaction();
    sweeper.snapshotCommitted();
    compaction.runInline();
    sweeper.runInline();
    refresher.runInline();
  }

  /**
   * Keeps maintenance out until the pass is closed. Call it without any lock, and not from within
   * another pass.
   */
  MaintenanceGate.Pass enterExclusive() {
    return gate.enterExclusive();
  }

  /** Compacts on request and returns when it is done. */
  CompactionReport compact(CompactionKind kind) {
    CompactionTally.Mark before = tally.mark();
    compaction.compactNow(kind.request());
    return tally.since(before);
  }

  /** Expires snapshots and deletes what is due; returns the number of files deleted. */
  int sweep() {
    long before = sweeper.stats().filesDeleted();
    sweeper.maintainAndSweepNow();
    return Math.toIntExact(sweeper.stats().filesDeleted() - before);
  }

  /** The levels as they are now. */
  LevelReport levels() {
    return new LevelReport(compaction.view(), compactionOptions(parts.options()));
  }

  List<ServiceStats> stats() {
    return List.of(compaction.stats().service(), sweeper.stats().service(), refresher.stats());
  }

  ServiceHealth health() {
    return compaction.health().and(sweeper.health()).and(refresher.health());
  }

  void stopCompaction() {
    compaction.stop();
  }

  void stop() {
    refresher.stop();
    sweeper.stop();
  }

  /** The engine as compaction sees it. */
  private final class Host implements CompactionHost {
    @Override
    public TableStore store() {
      return parts.store();
    }

    @Override
    public Storage storage() {
      return parts.storage();
    }

    @Override
    public DataFileReaders readers() {
      return parts.readers();
    }

    @Override
    public String engineId() {
      return parts.engineId();
    }

    @Override
    public void onVersion(Version version) {
      parts.state().installVersion(null);
      sweeper.snapshotCommitted();
      onVersion.run();
    }

    @Override
    public ServiceEnvironment environment() {
      return parts.environment();
    }

    @Override
    public CompactionListener listener() {
      return tally;
    }
  }

  private final class SweepEvents implements SweepListener {
    @Override
    public void swept(SweepBatch batch) {
      parts
          .events()
          .dispatch(
              listener -> listener.onSweep(new SweepEvent(batch.deleted().size(), batch.bytes())));
    }
  }
}
