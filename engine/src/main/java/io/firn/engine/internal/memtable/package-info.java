/**
 * The rows that are not in a data file yet: a multi-version ordered map in a few large arrays. Not
 * part of the public API.
 */
@NullMarked
package io.firn.engine.internal.memtable;

import org.jspecify.annotations.NullMarked;
