/**
 * Fixtures for the tests of every module: storage faults, another engine, leak checks, seeds,
 * oracles, generators.
 */
@NullMarked
package io.firn.testkit;

import org.jspecify.annotations.NullMarked;
