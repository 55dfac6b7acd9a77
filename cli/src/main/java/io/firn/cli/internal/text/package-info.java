/**
 * Text to typed values and back: schemas, cells and keys, JSON, and {@code --where} expressions.
 */
@NullMarked
package io.firn.cli.internal.text;

import org.jspecify.annotations.NullMarked;
