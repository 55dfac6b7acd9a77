package io.firn.compaction;

import io.firn.service.ServiceStats;

/**
 * The figures of compaction at one moment; they grow over the life of the service object.
 *
 * @param service those of the threads
 * @param running jobs that hold inputs now
 * @param committed jobs whose inputs were replaced
 * @param moved files that changed their level without I/O
 * @param abandoned jobs given up
 * @param failed jobs that ended in an error
 * @param bytesIn bytes of the inputs of committed jobs
 * @param bytesOut bytes of their outputs
 * @param rowsOut rows of their outputs
 * @param rowsPurged masked rows that committed jobs got rid of
 * @param deletesCarried rows deleted during a job, whose deletion was carried over
 * @param rowsSuperseded rows left out for a newer one with the same key, after foreign appends
 */
public record CompactionStats(
    ServiceStats service,
    int running,
    long committed,
    long moved,
    long abandoned,
    long failed,
    long bytesIn,
    long bytesOut,
    long rowsOut,
    long rowsPurged,
    long deletesCarried,
    long rowsSuperseded) {}
