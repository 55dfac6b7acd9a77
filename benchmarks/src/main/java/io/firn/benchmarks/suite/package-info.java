/**
 * What every benchmark suite shares: figures as JSON lines, targets and the table of ratios, child
 * processes that measure one store each, and the figures of a process.
 *
 * <p>A suite's driver forks one {@link io.firn.benchmarks.suite.ChildJvm} per store and round, so
 * that memory, processor time and just-in-time compilation of one store never show in another's
 * figures. The child prints its figures through a {@link io.firn.benchmarks.suite.FigureSink}; the
 * driver collects them in a {@link io.firn.benchmarks.suite.FigureLog} and compares the medians
 * with the suite's {@link io.firn.benchmarks.suite.Target}s.
 */
@NullMarked
package io.firn.benchmarks.suite;

import org.jspecify.annotations.NullMarked;
