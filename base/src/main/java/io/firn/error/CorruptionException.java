package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * Bytes on storage are not what Firn or another engine wrote: a checksum differs, a structure is
 * impossible, a file is shorter than its metadata says. No row was returned from the damaged place.
 */
public final class CorruptionException extends FirnException {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * @param file the damaged file
   * @param offset where in the file, in bytes; -1 if no single place can be named
   * @param message what is wrong there
   */
  public CorruptionException(String file, long offset, String message) {
    this(file, offset, message, null);
  }

  public CorruptionException(String file, long offset, String message, @Nullable Throwable cause) {
    super(file + (offset < 0 ? "" : " at offset " + offset) + ": " + message, cause);
    this.file = file;
    this.offset = offset;
  }

  /** The damaged file. */
  public String file() {
    return file;
  }

  /** Where in the file, in bytes, or -1 if no single place can be named. */
  public long offset() {
    return offset;
  }
}
