/** A Spark session behind a pipe. Runs in a process of its own; depends on nothing of Firn. */
@NullMarked
package io.firn.spark.runner;

import org.jspecify.annotations.NullMarked;
