package io.firn.cli.internal.input;

import org.jspecify.annotations.Nullable;

/** An input file cannot be read as rows of the table. The message names file, line and column. */
public final class BadInputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BadInputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A row that cannot be used. */
  public static BadInputException inRow(String place, Throwable cause) {
    return new BadInputException(place + ": " + cause.getMessage(), cause);
  }
}
