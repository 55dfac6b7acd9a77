package io.firn.compaction;

import io.firn.catalog.ExpireResult;
import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.TableStore;
import io.firn.error.ClosedException;
import io.firn.service.BackgroundService;
import io.firn.service.Completions;
import io.firn.service.MaintenanceGate;
import io.firn.service.Offer;
import io.firn.service.RetryPolicy;
import io.firn.service.ServiceEnvironment;
import io.firn.service.ServiceHealth;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceState;
import io.firn.service.Ticker;
import io.firn.service.WorkContext;
import io.firn.service.WorkOutcome;
import io.firn.service.WorkUnit;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files from storage when all three hold: no retained snapshot names them, nobody in this
 * process pins them, and their time of grace has passed. Files come from the expiry of snapshots,
 * from the search for orphans, and from whoever knows of one that was never committed.
 *
 * <p>Deletions are collected and done in batches. One file that fails does not stop its batch; it
 * is tried again later. What is left on the list when the process ends is found again as orphans,
 * so that nothing need be stored. Stopping deletes what is due and leaves the rest.
 *
 * <p>Safe for use by many threads. Does not close the store.
 */
public final class Sweeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final String SWEEP = "sweep";
  private static final String MAINTAIN = "maintain";
  private static final String EXPIRE = "expire";
  private static final String REQUESTED = "requested maintenance";
  private static final String LEFTOVERS = "leftovers";

  /** The epoch in a data file's name. */
  private static final Pattern EPOCH = Pattern.compile("(?:L[0-9]+|dv|deletes)-([0-9]{1,18})-.*");

  private final TableStore store;
  private final Storage storage;
  private final PinRegistry pins;
  private final MaintenanceGate gate;
  private final SweepOptions options;
  private final SweepListener listener;
  private final Ticker ticker;
  private final PendingDeletions pending = new PendingDeletions(RetryPolicy.STANDARD);
  private final BackgroundService background;
  private final AtomicInteger batchesSinceMaintenance = new AtomicInteger();
  private final AtomicInteger snapshotsSinceExpiry = new AtomicInteger();
  private final LongAdder batches = new LongAdder();
  private final LongAdder filesDeleted = new LongAdder();
  private final LongAdder bytesDeleted = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder maintenanceRuns = new LongAdder();
  private final LongAdder maintenanceSkips = new LongAdder();
  private final LongAdder snapshotsExpired = new LongAdder();
  private final LongAdder orphansFound = new LongAdder();

  /**
   * @param store the table
   * @param storage where its files are
   * @param pins what must not be deleted yet
   * @param gate keeps maintenance out of the way of exclusive operations
   * @param listener told of every batch
   * @param environment the time, and who makes the thread
   */
  public Sweeper(
      TableStore store,
      Storage storage,
      PinRegistry pins,
      MaintenanceGate gate,
      SweepOptions options,
      SweepListener listener,
      ServiceEnvironment environment) {
    this.store = store;
    this.storage = storage;
    this.pins = pins;
    this.gate = gate;
    this.options = options;
    this.listener = listener;
    this.ticker = environment.ticker();
    this.background =
        new BackgroundService(
            ServiceOptions.named(SWEEP)
                .withWorkers(options.workers())
                .in(environment)
                .every(options.maintenanceInterval(), MAINTAIN, this::maintain));
  }

  /**
   * Starts the worker, and has it look for what earlier holders of the table left behind once that
   * may be deleted: a table that is open for less than the time of grace is not searched.
   *
   * @throws io.firn.error.InvalidArgumentException if it is running
   */
  public void start() {
    background.start();
    Set<Long> snapshots = snapshotIds();
    background.offerAfter(options.grace(), LEFTOVERS, context -> findLeftovers(context, snapshots));
    wakeUp();
  }

  /** Adds files that no retained snapshot names; they are deleted after the time of grace. */
  public void add(Collection<String> paths) {
    add(paths, options.grace());
  }

  private void add(Collection<String> paths, Duration grace) {
    if (!paths.isEmpty()) {
      pending.add(paths, ticker.nanoTime(), grace);
      wakeUp();
    }
  }

  /**
   * The table has a new snapshot. Every so many of them old ones are expired, so that metadata
   * stays bounded however fast commits come. Never blocks.
   */
  public void snapshotCommitted() {
    if (snapshotsSinceExpiry.incrementAndGet() >= options.expirySnapshots()) {
      snapshotsSinceExpiry.set(0);
      if (!background.offer(EXPIRE, this::expire).accepted()) {
        refused.increment();
      }
    }
  }

  /** Somebody has let go of files: looks again at those that were pinned. */
  public void pinsReleased() {
    if (pending.size() > 0) {
      wakeUp();
    }
  }

  /**
   * Does on the calling thread what is due, if no worker thread could be started. Call it without
   * any lock.
   */
  public void runInline() {
    background.runInline();
  }

  /** Lets the worker run when the next file is due: a full batch at once, a smaller one later. */
  private void wakeUp() {
    long now = ticker.nanoTime();
    OptionalLong due = pending.nextDueNanos(now);
    if (due.isEmpty()) {
      return;
    }
    boolean full = pending.dueCount(now) >= options.batchFiles();
    long wait = Math.max(due.getAsLong() - now, 0) + options.batchDelay().toNanos();
    Offer offer =
        full
            ? background.offer(SWEEP, this::sweep)
            : background.offerAfter(Duration.ofNanos(wait), SWEEP, this::sweep);
    if (!offer.accepted()) {
      refused.increment();
    }
  }

  private WorkOutcome sweep(WorkContext context) {
    WorkOutcome outcome = sweepDue() ? WorkOutcome.DONE : WorkOutcome.SKIPPED;
    if (!context.stopRequested() && pending.size() > 0) {
      long now = ticker.nanoTime();
      long next = pending.nextDueNanos(now).orElse(now) - now;
      // What is due now was pinned: there is no point in looking again at once.
      long wait = next <= 0 ? options.pinnedRecheck().toNanos() : next;
      background.offerAfter(Duration.ofNanos(wait), SWEEP, this::sweep);
    }
    return outcome;
  }

  /** Deletes everything that is due, batch by batch; true if there was anything. */
  private boolean sweepDue() {
    boolean any = false;
    List<String> eligible = eligible();
    for (int from = 0; from < eligible.size(); from += options.batchFiles()) {
      int to = Math.min(eligible.size(), from + options.batchFiles());
      delete(eligible.subList(from, to));
      any = true;
      if (batchesSinceMaintenance.incrementAndGet() >= options.maintenanceBatches()) {
        batchesSinceMaintenance.set(0);
        background.offer(MAINTAIN, this::maintain);
      }
    }
    return any;
  }

  /** What may be deleted now. */
  private List<String> eligible() {
    List<String> eligible = pending.size() == 0 ? List.of() : pending.due(ticker.nanoTime());
    if (!eligible.isEmpty()) {
      // Pins are read after the list: whoever pins from now on reads a version without these files.
      Set<String> pinned = pins.pinnedPaths();
      // Only another engine's rollback can have named a file again.
      Set<String> live = store.version().files().keySet();
      eligible.removeIf(path -> pinned.contains(path) || live.contains(path));
    }
    return eligible;
  }

  private void delete(List<String> paths) {
    List<String> deleted = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    long bytes = 0;
    for (String path : paths) {
      try {
        long length = storage.length(path);
        storage.delete(path);
        deleted.add(path);
        bytes += length;
        pending.done(path);
      } catch (NoSuchFileException gone) {
        pending.done(path);
      } catch (IOException e) {
        LOG.warn("Cannot delete {}; it will be tried again", path, e);
        failed.add(path);
        failures.increment();
        pending.failed(path, ticker.nanoTime());
      }
    }
    filesDeleted.add(deleted.size());
    bytesDeleted.add(bytes);
    if (!deleted.isEmpty() || !failed.isEmpty()) {
      batches.increment();
      SweepBatch batch =
          new SweepBatch(deleted, failed, bytes, store.version().snapshotId(), pending.size());
      LOG.info("Swept {} files, {} bytes, {} failed", deleted.size(), bytes, failed.size());
      tell(() -> listener.swept(batch));
    }
  }

  /**
   * Unnamed data files and deletion vectors of an older epoch need no age: whoever wrote them can
   * never commit them, for the fence is up. The search runs when the time of grace since the start
   * has passed. What nothing names now was then named by nothing at the start either, unless a
   * snapshot of that time has expired since. A stop does not wait for the search: what it did not
   * find is found after the next open.
   *
   * @param atStart the snapshots at the start
   */
  private WorkOutcome findLeftovers(WorkContext context, Set<Long> atStart) {
    long epoch = store.epoch();
    List<String> leftovers =
        store.leftovers(
            path -> {
              Matcher name = EPOCH.matcher(StoragePaths.name(path));
              return name.matches() && Long.parseLong(name.group(1)) < epoch;
            },
            pins.pinnedPaths(),
            context::stopRequested);
    orphansFound.add(leftovers.size());
    boolean unnamedSinceStart = snapshotIds().containsAll(atStart);
    add(leftovers, unnamedSinceStart ? Duration.ZERO : options.grace());
    return leftovers.isEmpty() ? WorkOutcome.SKIPPED : WorkOutcome.DONE;
  }

  private Set<Long> snapshotIds() {
    return store.snapshots().stream().map(SnapshotInfo::snapshotId).collect(Collectors.toSet());
  }

  private WorkOutcome maintain(WorkContext context) {
    return withinGate(this::maintainNow);
  }

  private WorkOutcome expire(WorkContext context) {
    return withinGate(
        () -> {
          ExpireResult ignored = expireNow();
        });
  }

  private WorkOutcome withinGate(Runnable maintenance) {
    try (MaintenanceGate.Pass pass = gate.tryEnter()) {
      if (pass == null) {
        maintenanceSkips.increment();
        return WorkOutcome.SKIPPED;
      }
      maintenance.run();
      return WorkOutcome.DONE;
    }
  }

  /** Maintenance that somebody waits for does not skip its turn. */
  private WorkOutcome maintainOnRequest(WorkContext context) {
    MaintenanceGate.Pass pass = gate.enter();
    try {
      maintainNow();
      return WorkOutcome.DONE;
    } finally {
      pass.close();
    }
  }

  private ExpireResult expireNow() {
    ExpireResult expired = store.expire(options.expire(), Set.of());
    snapshotsExpired.add(expired.snapshots().size());
    add(expired.files());
    return expired;
  }

  private void maintainNow() {
    ExpireResult expired = expireNow();
    long before = ticker.currentTimeMillis() - options.orphanAge().toMillis();
    // Files that a running job will name in its commit look like orphans until then.
    List<String> orphans = store.orphans(pins.pinnedPaths(), before);
    pending.add(orphans, ticker.nanoTime(), Duration.ZERO);
    maintenanceRuns.increment();
    orphansFound.add(orphans.size());
    wakeUp();
    tell(() -> listener.maintained(expired, orphans.size()));
  }

  /**
   * Deletes everything that is due now, and returns when that is done.
   *
   * @throws ClosedException if the sweeper is not running
   */
  public void sweepNow() {
    await(SWEEP, this::sweep);
  }

  /**
   * Expires snapshots and looks for orphans now, then deletes what is due.
   *
   * @throws ClosedException if the sweeper is not running
   */
  public void maintainAndSweepNow() {
    await(REQUESTED, this::maintainOnRequest);
    sweepNow();
  }

  private void await(String key, WorkUnit unit) {
    Completions.await(background.submit(key, unit));
  }

  /** The files that wait to be deleted. */
  public Set<String> pendingPaths() {
    return pending.paths();
  }

  /** The figures so far. */
  public SweepStats stats() {
    return new SweepStats(
        background.stats(),
        pending.size(),
        batches.sum(),
        filesDeleted.sum(),
        bytesDeleted.sum(),
        failures.sum(),
        refused.sum(),
        maintenanceRuns.sum(),
        maintenanceSkips.sum(),
        snapshotsExpired.sum(),
        orphansFound.sum());
  }

  /** How well it works, and why not better. */
  public ServiceHealth health() {
    return background.health();
  }

  /** Deletes what is due, and stops. Idempotent, uninterruptible. The rest stays on the list. */
  public void stop() {
    if (background.state() == ServiceState.RUNNING) {
      background.stop();
      sweepDue();
    } else {
      background.stop();
    }
  }

  /** {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  private static void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      LOG.warn("A sweep listener failed", e);
    }
  }
}
