package io.firn.error;

import org.jspecify.annotations.Nullable;

/** A write waited for room longer than it was allowed to. It was not applied. */
public final class WriteStalledException extends FirnException {

  private static final long serialVersionUID = 1L;

  public WriteStalledException(String message) {
    this(message, null);
  }

  public WriteStalledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
