package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * Whether a catalog commit happened cannot be found out. Its files are kept; reopening the table
 * decides.
 */
public final class CommitUnknownException extends FirnException {

  private static final long serialVersionUID = 1L;

  public CommitUnknownException(String message) {
    this(message, null);
  }

  public CommitUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
