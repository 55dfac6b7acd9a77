package io.firn.readers;

import org.jspecify.annotations.Nullable;

/**
 * One question about one table, and the answer.
 *
 * @param id names the question: what is asked, and the table's format version
 * @param kind what is asked: {@code count}, {@code sum} of the amounts, {@code digest} of all rows,
 *     or the {@code row} of a key
 * @param table the table's name in its warehouse
 * @param metadata its current metadata file
 * @param location its directory
 * @param columns the columns of a digest or a row, with commas between; empty otherwise
 * @param key the key to filter by, or null for all rows
 * @param snapshot the snapshot to read, or null for the current one
 * @param expected the answer
 */
record Question(
    String id,
    String kind,
    String table,
    String metadata,
    String location,
    String columns,
    @Nullable Long key,
    @Nullable Long snapshot,
    String expected) {}
