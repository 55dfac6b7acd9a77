package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The location holds no table that Firn can open. Nothing has changed. */
public final class NotATableException extends FirnException {

  private static final long serialVersionUID = 1L;

  public NotATableException(String message) {
    this(message, null);
  }

  public NotATableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
