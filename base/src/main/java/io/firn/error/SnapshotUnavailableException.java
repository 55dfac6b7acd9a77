package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The snapshot asked for does not exist, has expired, or was given up to keep memory bounded. */
public final class SnapshotUnavailableException extends FirnException {

  private static final long serialVersionUID = 1L;

  public SnapshotUnavailableException(String message) {
    this(message, null);
  }

  public SnapshotUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
