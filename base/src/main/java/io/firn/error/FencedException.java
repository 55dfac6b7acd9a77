package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * Another writer has taken the table over; this one must not acknowledge anything more. Close it.
 */
public final class FencedException extends FirnException {

  private static final long serialVersionUID = 1L;

  public FencedException(String message) {
    this(message, null);
  }

  public FencedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
