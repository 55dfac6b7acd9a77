/** What the commands print: rows, listings, pictures and progress. */
@NullMarked
package io.firn.cli.internal.output;

import org.jspecify.annotations.NullMarked;
