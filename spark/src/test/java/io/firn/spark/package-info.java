/** Real Spark as the outside reader: what it sees must be what the model says. */
@NullMarked
package io.firn.spark;

import org.jspecify.annotations.NullMarked;
