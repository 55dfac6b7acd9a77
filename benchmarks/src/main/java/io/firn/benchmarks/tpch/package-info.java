/**
 * TPC-H's {@code lineitem} in a Firn table with a composite key, decimals, dates and strings:
 * loaded, refreshed, updated, and asked Q1 and Q6 by Firn's Arrow scans and by Spark. Every answer
 * is compared with exact arithmetic over a model.
 */
@NullMarked
package io.firn.benchmarks.tpch;

import org.jspecify.annotations.NullMarked;
