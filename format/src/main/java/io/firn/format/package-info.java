/**
 * Rows, keys and data files. A {@link io.firn.format.TableSchema} gives the encodings of keys and
 * rows; {@link io.firn.format.ColumnBatch} is the unit in which rows move; {@link
 * io.firn.format.DataFileWriter} and {@link io.firn.format.DataFileReader} write and read Parquet
 * files that any Iceberg reader understands, with Firn's {@link io.firn.format.DataFileIndex}
 * inside. This package knows no table: nothing here commits, deletes or names files.
 *
 * <p>What is written is specified byte by byte in {@code docs/format.md}.
 */
@NullMarked
package io.firn.format;

import org.jspecify.annotations.NullMarked;
