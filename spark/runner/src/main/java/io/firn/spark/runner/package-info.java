/**
 * A Spark session behind a pipe: the program that runs in a process of its own, and the client that
 * starts it and talks to it. Depends on nothing of Firn.
 */
@NullMarked
package io.firn.spark.runner;

import org.jspecify.annotations.NullMarked;
