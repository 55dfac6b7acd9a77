package io.firn.error;

import org.jspecify.annotations.Nullable;

/** Another writer holds the table. Nothing has changed; reading stays possible. */
public final class LockedException extends FirnException {

  private static final long serialVersionUID = 1L;

  public LockedException(String message) {
    this(message, null);
  }

  public LockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
