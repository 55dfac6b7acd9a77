/**
 * Micro benchmarks of the inner loops: the codecs, the memtable, pages, filters, point reads and
 * merges. Each checks once, while it is set up, that what it measures gives the right answer.
 */
@NullMarked
package io.firn.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
