package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The storage below failed: an I/O error, a full disk, a failed fsync, a missing permission. */
public final class StorageException extends FirnException {

  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    this(message, null);
  }

  /** The message says why, in the words of the cause, unless it does so already. */
  public StorageException(String message, @Nullable Throwable cause) {
    super(withReason(message, cause), cause);
  }

  private static String withReason(String message, @Nullable Throwable cause) {
    String reason = cause == null ? null : cause.getMessage();
    return reason == null || message.contains(reason) ? message : message + ": " + reason;
  }
}
