/**
 * The embedding API of Firn: a table with a primary key that is written and read in process and is,
 * at every flush, an ordinary Apache Iceberg table.
 *
 * <p>Start at {@link io.firn.engine.FirnTable}.
 */
@NullMarked
package io.firn.engine;

import org.jspecify.annotations.NullMarked;
