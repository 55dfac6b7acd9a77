package io.firn.format;

/**
 * The bytes at hand are not what they should be. Never leaves the package: where the file and the
 * offset are known it becomes a {@link io.firn.error.CorruptionException}.
 */
final class MalformedPageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MalformedPageException(String message) {
    super(message);
  }
}
