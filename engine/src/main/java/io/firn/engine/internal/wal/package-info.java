/**
 * The write-ahead log. Its files are specified byte by byte in {@code docs/format.md}, section
 * "Write-ahead log". Not part of the public API.
 */
@NullMarked
package io.firn.engine.internal.wal;

import org.jspecify.annotations.NullMarked;
