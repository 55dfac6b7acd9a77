package io.firn.engine;

/**
 * A compaction job that would be done now.
 *
 * @param kind why, in one word
 * @param files input files
 * @param bytes their length
 * @param liveRows rows to be written again; none are if the files are only moved
 * @param maskedRows rows that would be gone
 * @param outputLevel the level the rows would be on
 * @param rewrites false if files change their level, or are dropped, without being read
 * @param score what makes it due; 0 if only the request does
 */
public record PlannedJob(
    String kind,
    int files,
    long bytes,
    long liveRows,
    long maskedRows,
    int outputLevel,
    boolean rewrites,
    double score) {}
