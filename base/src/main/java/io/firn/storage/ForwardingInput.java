package io.firn.storage;

import java.io.IOException;

/** A file that hands every call on to another, for those that change a few of them. */
public abstract class ForwardingInput implements InputFileHandle {

  private final InputFileHandle below;

  /** A file on top of another. */
  protected ForwardingInput(InputFileHandle below) {
    this.below = below;
  }

  @Override
  public String path() {
    return below.path();
  }

  @Override
  public long length() {
    return below.length();
  }

  @Override
  public void readFully(long position, byte[] target, int offset, int length) throws IOException {
    below.readFully(position, target, offset, length);
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
