/**
 * The reference workload W1 to W6 on Firn and its peers: one table with a {@code BIGINT} key and
 * nine value columns, loaded in random order, updated, read by key, scanned, and reopened. Every
 * answer is compared with a model while it is measured.
 */
@NullMarked
package io.firn.benchmarks.reference;

import org.jspecify.annotations.NullMarked;
