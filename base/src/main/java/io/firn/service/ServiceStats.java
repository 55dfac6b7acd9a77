package io.firn.service;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a background service at one moment. Counters grow over the life of the service
 * object, across restarts; each is exact, together they may be a few events apart.
 *
 * @param name of the service
 * @param state of its life
 * @param enabled false if it has no workers by configuration
 * @param interval the shortest period of its periodic work; null if it has none
 * @param workers threads alive
 * @param active units running
 * @param queued units waiting, for a worker or for their time
 * @param done units that did something
 * @param skipped units that found nothing to do or what they need busy
 * @param failed runs that ended in an error
 * @param merged requests that were already queued or running
 * @param refused requests not accepted: full, stopped or disabled
 * @param abandoned units dropped from the queue by a stop
 * @param lastSuccess when a unit last did something
 * @param lastErrorAt when a unit last failed
 * @param lastError what it failed of
 * @param bytesIn bytes that units reported as read
 * @param bytesOut bytes that units reported as written
 */
public record ServiceStats(
    String name,
    ServiceState state,
    boolean enabled,
    @Nullable Duration interval,
    int workers,
    int active,
    int queued,
    long done,
    long skipped,
    long failed,
    long merged,
    long refused,
    long abandoned,
    @Nullable Instant lastSuccess,
    @Nullable Instant lastErrorAt,
    @Nullable String lastError,
    long bytesIn,
    long bytesOut) {}
