package io.firn.error;

import org.jspecify.annotations.Nullable;

/** A schema that Firn cannot serve, or that is not the one the table has. Nothing has changed. */
public final class SchemaMismatchException extends FirnException {

  private static final long serialVersionUID = 1L;

  public SchemaMismatchException(String message) {
    this(message, null);
  }

  public SchemaMismatchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
