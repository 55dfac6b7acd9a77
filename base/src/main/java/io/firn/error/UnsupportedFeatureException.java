package io.firn.error;

import org.jspecify.annotations.Nullable;

/** The table uses a feature that Firn does not support for this operation. */
public final class UnsupportedFeatureException extends FirnException {

  private static final long serialVersionUID = 1L;

  public UnsupportedFeatureException(String message) {
    this(message, null);
  }

  public UnsupportedFeatureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
