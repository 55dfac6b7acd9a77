package io.firn.cli.internal.input;

import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one input file, from its start to its end. Not safe for use by several threads; the
 * caller closes it.
 */
public interface RowSource extends AutoCloseable {

  /**
   * The next row, valid until the next call, or null after the last.
   *
   * @throws BadInputException if the file has no row of the table here
   */
  @Nullable Record next();

  /** Where the last row stands: the file's name and its line or row, counted from 1. */
  String place();

  @Override
  void close();
}
