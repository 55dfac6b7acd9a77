package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * A catalog commit was refused because the table has moved on. The commit has certainly not
 * happened.
 */
public final class CommitConflictException extends FirnException {

  private static final long serialVersionUID = 1L;

  public CommitConflictException(String message) {
    this(message, null);
  }

  public CommitConflictException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
