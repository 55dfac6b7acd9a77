/**
 * Tables of every kind that Firn writes, the questions that each engine is asked about them, and
 * the engines that are asked from Java. {@code readers/run} asks them all.
 */
@NullMarked
package io.firn.readers;

import org.jspecify.annotations.NullMarked;
