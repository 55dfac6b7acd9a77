package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * An argument that can never work: an unknown column, a value of the wrong type, a null in a
 * required column, an oversized key or row, an option out of its range. Nothing has changed.
 */
public final class InvalidArgumentException extends FirnException {

  private static final long serialVersionUID = 1L;

  public InvalidArgumentException(String message) {
    this(message, null);
  }

  public InvalidArgumentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
