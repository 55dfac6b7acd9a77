package io.firn.compaction;

import io.firn.catalog.ExpirePolicy;
import io.firn.error.InvalidArgumentException;
import java.time.Duration;

/**
 * The options of the sweeper. Made from {@link #defaults} by the {@code with} methods, each of
 * which returns a new object.
 *
 * @param workers 1, or 0 for manual mode: nothing is deleted unless asked for
 * @param batchFiles this many files waiting make a batch at once
 * @param batchDelay a smaller batch runs this long after its first file came
 * @param grace a file stays at least this long after the last snapshot that named it was expired
 * @param pinnedRecheck how long files that are due but pinned wait before the next look
 * @param expire which snapshots stay
 * @param expirySnapshots snapshots are expired after so many new ones
 * @param orphanAge a file that no metadata has ever named is taken for an orphan after this long
 * @param maintenanceBatches snapshots are expired and orphans looked for after so many batches
 * @param maintenanceInterval and at least this often
 */
public record SweepOptions(
    int workers,
    int batchFiles,
    Duration batchDelay,
    Duration grace,
    Duration pinnedRecheck,
    ExpirePolicy expire,
    int expirySnapshots,
    Duration orphanAge,
    int maintenanceBatches,
    Duration maintenanceInterval) {

  public SweepOptions {
    if (workers < 0 || workers > 1) {
      throw new InvalidArgumentException("The sweeper has 0 or 1 worker, not " + workers);
    }
    if (batchFiles < 1 || maintenanceBatches < 1 || expirySnapshots < 1) {
      throw new InvalidArgumentException(
          "batchFiles, maintenanceBatches and expirySnapshots must be positive, not "
              + batchFiles
              + ", "
              + maintenanceBatches
              + " and "
              + expirySnapshots);
    }
    if (batchDelay.isNegative() || grace.isNegative() || orphanAge.isNegative()) {
      throw new InvalidArgumentException("batchDelay, grace and orphanAge must not be negative");
    }
    if (!isPositive(pinnedRecheck) || !isPositive(maintenanceInterval)) {
      throw new InvalidArgumentException("pinnedRecheck and maintenanceInterval must be positive");
    }
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  /**
   * Batches of 100 files or after 50 ms; ten minutes of grace; the last 20 snapshots and all of the
   * last hour stay; expiry after 32 snapshots; maintenance after 64 batches and every ten minutes;
   * orphans after a day.
   */
  public static SweepOptions defaults() {
    return new SweepOptions(
        1,
        100,
        Duration.ofMillis(50),
        Duration.ofMinutes(10),
        Duration.ofSeconds(1),
        new ExpirePolicy(20, Duration.ofHours(1)),
        32,
        Duration.ofDays(1),
        64,
        Duration.ofMinutes(10));
  }

  public SweepOptions withWorkers(int count) {
    return new SweepOptions(
        count,
        batchFiles,
        batchDelay,
        grace,
        pinnedRecheck,
        expire,
        expirySnapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withBatches(int files, Duration delay) {
    return new SweepOptions(
        workers,
        files,
        delay,
        grace,
        pinnedRecheck,
        expire,
        expirySnapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withGrace(Duration time) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        time,
        pinnedRecheck,
        expire,
        expirySnapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withPinnedRecheck(Duration time) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        grace,
        time,
        expire,
        expirySnapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withExpire(ExpirePolicy policy) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        grace,
        pinnedRecheck,
        policy,
        expirySnapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withExpirySnapshots(int snapshots) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        grace,
        pinnedRecheck,
        expire,
        snapshots,
        orphanAge,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withOrphanAge(Duration age) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        grace,
        pinnedRecheck,
        expire,
        expirySnapshots,
        age,
        maintenanceBatches,
        maintenanceInterval);
  }

  public SweepOptions withMaintenance(int batches, Duration interval) {
    return new SweepOptions(
        workers,
        batchFiles,
        batchDelay,
        grace,
        pinnedRecheck,
        expire,
        expirySnapshots,
        orphanAge,
        batches,
        interval);
  }
}
