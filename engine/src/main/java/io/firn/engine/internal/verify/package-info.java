/** The parts of the proof that a table is what the laws say: one class for each law's evidence. */
@NullMarked
package io.firn.engine.internal.verify;

import org.jspecify.annotations.NullMarked;
