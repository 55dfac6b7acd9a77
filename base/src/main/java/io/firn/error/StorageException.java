package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The storage below failed: an I/O error, a full disk, a failed fsync, a missing permission. */
public final class StorageException extends FirnException {

  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    this(message, null);
  }

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
