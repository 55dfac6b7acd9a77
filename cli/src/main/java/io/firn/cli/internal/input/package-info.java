/** Files of rows from elsewhere: CSV, JSON lines and Parquet, read as rows of a table. */
@NullMarked
package io.firn.cli.internal.input;

import org.jspecify.annotations.NullMarked;
