/**
 * Who holds a table for writing on this machine, and how to ask it for something. Not part of the
 * public API.
 */
@NullMarked
package io.firn.engine.internal.owner;

import org.jspecify.annotations.NullMarked;
