package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * The engine met an error it cannot recover from while open and refuses writes. The cause is the
 * first error.
 */
public final class EngineFailedException extends FirnException {

  private static final long serialVersionUID = 1L;

  public EngineFailedException(String message) {
    this(message, null);
  }

  public EngineFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
