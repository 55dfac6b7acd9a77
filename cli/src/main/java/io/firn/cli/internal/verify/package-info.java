/** Compares what the engine reads with what an ordinary Iceberg reader reads, row by row. */
@NullMarked
package io.firn.cli.internal.verify;

import org.jspecify.annotations.NullMarked;
