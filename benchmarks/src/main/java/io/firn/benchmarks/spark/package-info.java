/** Spark on a live Firn table, beside the same rows freshly written by Spark. */
@NullMarked
package io.firn.benchmarks.spark;

import org.jspecify.annotations.NullMarked;
