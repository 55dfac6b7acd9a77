package io.firn.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * A new file being written from its start to its end. Not safe for use by several threads at once,
 * except that {@link #sync()} may run beside writes and then covers at least the bytes written
 * before it was called.
 *
 * <p>After any method has thrown, the content of the file is undefined beyond the last successful
 * sync, and a failed sync must not be retried: the pages it failed to write may be gone.
 */
public interface OutputFileHandle extends Closeable {

  /**
   * Appends {@code length} bytes of {@code bytes} from {@code offset}; all of them, or an
   * exception.
   */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** The number of bytes written so far. */
  long position();

  /** Makes everything written so far durable, and the file's length. */
  void sync() throws IOException;

  /** Closes the file without syncing it. Closing again does nothing. */
  @Override
  void close() throws IOException;
}
