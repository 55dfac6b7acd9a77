/** What the log and the memtable share. Not part of the public API. */
@NullMarked
package io.firn.engine.internal;

import org.jspecify.annotations.NullMarked;
