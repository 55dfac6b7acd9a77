/**
 * YCSB's core workloads A to F on Firn and, through an equal binding, on RocksDB. YCSB's own
 * generators and data integrity check are used; only its command line and its measurements, which
 * count whole microseconds, are not.
 */
@NullMarked
package io.firn.benchmarks.ycsb;

import org.jspecify.annotations.NullMarked;
