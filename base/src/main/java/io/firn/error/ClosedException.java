package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The table, snapshot or iterator has been closed. */
public final class ClosedException extends FirnException {

  private static final long serialVersionUID = 1L;

  public ClosedException(String message) {
    this(message, null);
  }

  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
