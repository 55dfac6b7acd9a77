package io.firn.engine;

/**
 * What a flush left behind.
 *
 * @param snapshotId the Iceberg snapshot that contains everything written before the call; -1 if
 *     the table has none
 * @param sequence the sequence number recorded in it
 */
public record FlushResult(long snapshotId, long sequence) {}
