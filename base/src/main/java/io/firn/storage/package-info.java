/**
 * The one seam through which every byte goes: write-ahead log, data files, Iceberg metadata and
 * locks. Tests wrap it to count, delay, fail and crash.
 */
@NullMarked
package io.firn.storage;

import org.jspecify.annotations.NullMarked;
