/** A Spark session behind a pipe. Runs in a process of its own; depends on nothing of Firn. */
package io.firn.spark.runner;
