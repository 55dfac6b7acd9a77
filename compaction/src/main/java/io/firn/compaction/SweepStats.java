package io.firn.compaction;

import io.firn.service.ServiceStats;

/**
 * The figures of the sweeper at one moment; they grow over the life of the object.
 *
 * @param service those of the thread
 * @param pending files on the list
 * @param batches batches that were not empty
 * @param filesDeleted files really removed
 * @param bytesDeleted their length
 * @param failures attempts that failed
 * @param refused requests for which no worker could be woken; their files stay on the list
 * @param maintenanceRuns how often snapshots were expired
 * @param maintenanceSkips how often maintenance made way for something exclusive
 * @param snapshotsExpired snapshots taken out of the metadata
 * @param orphansFound files found that nothing named
 */
public record SweepStats(
    ServiceStats service,
    int pending,
    long batches,
    long filesDeleted,
    long bytesDeleted,
    long failures,
    long refused,
    long maintenanceRuns,
    long maintenanceSkips,
    long snapshotsExpired,
    long orphansFound) {}
