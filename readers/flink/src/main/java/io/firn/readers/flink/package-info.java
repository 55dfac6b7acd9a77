/** Flink as a reader of Firn's tables, in a process of its own. */
@NullMarked
package io.firn.readers.flink;

import org.jspecify.annotations.NullMarked;
