/**
 * The Iceberg side of a table: open and create, the version (live files and their deletion
 * vectors), the commits of flush and compaction, refresh, expiry, and a FileIO that makes durable
 * what it writes. Knows no memtable and no log.
 *
 * <p>{@link io.firn.catalog.TableStore} is the entry. Everything a commit needs is held in memory,
 * in an immutable {@link io.firn.catalog.Version}; nothing is planned from scratch per commit.
 */
@NullMarked
package io.firn.catalog;

import org.jspecify.annotations.NullMarked;
