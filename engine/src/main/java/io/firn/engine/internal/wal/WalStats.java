package io.firn.engine.internal.wal;

/**
 * The figures of a log since it was opened.
 *
 * @param batches appended
 * @param operations appended
 * @param bytes written to segments
 * @param syncs of segments; batches per sync is how well writers share
 * @param segments that exist
 * @param lastSequence appended
 * @param durableSequence synced
 */
public record WalStats(
    long batches,
    long operations,
    long bytes,
    long syncs,
    int segments,
    long lastSequence,
    long durableSequence) {}
