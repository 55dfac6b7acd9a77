package io.firn.engine;

import java.util.List;

/**
 * One live data file.
 *
 * @param path where it is
 * @param level the level it counts to
 * @param lengthBytes its length
 * @param rows rows in it
 * @param maskedRows of these, masked by its deletion vector
 * @param firstKey the smallest key in it, as values of the key columns
 * @param lastKey the largest key in it
 * @param dataSequenceNumber Iceberg's sequence number of the commit that added its rows
 */
public record FileInfo(
    String path,
    int level,
    long lengthBytes,
    long rows,
    long maskedRows,
    List<Object> firstKey,
    List<Object> lastKey,
    long dataSequenceNumber) {}
