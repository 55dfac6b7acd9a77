/** Whole-workload benchmarks: what is measured is checked against a model while it is measured. */
@NullMarked
package io.firn.benchmarks;

import org.jspecify.annotations.NullMarked;
