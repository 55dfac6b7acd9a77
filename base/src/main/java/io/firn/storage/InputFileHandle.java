package io.firn.storage;

import java.io.Closeable;
import java.io.IOException;

/** A file open for positional reads by any number of threads. */
public interface InputFileHandle extends Closeable {

  /** The path the file was opened by. */
  String path();

  /** The length in bytes when the file was opened. */
  long length();

  /**
   * Reads exactly {@code length} bytes at {@code position} into {@code target} from {@code offset}.
   *
   * @throws java.io.EOFException if the file ends before
   */
  void readFully(long position, byte[] target, int offset, int length) throws IOException;

  /** Closes the file. Closing again does nothing; reading afterwards throws. */
  @Override
  void close() throws IOException;
}
