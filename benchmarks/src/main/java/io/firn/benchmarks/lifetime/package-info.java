/**
 * What a table costs as it lives: commits, freshness for outside readers, growth, a small heap, and
 * opening again.
 */
@NullMarked
package io.firn.benchmarks.lifetime;

import org.jspecify.annotations.NullMarked;
