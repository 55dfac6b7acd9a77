/** The commands of {@code firn}, one class each. */
@NullMarked
package io.firn.cli.internal.command;

import org.jspecify.annotations.NullMarked;
