/** The {@code firn} program. */
@NullMarked
package io.firn.cli;

import org.jspecify.annotations.NullMarked;
