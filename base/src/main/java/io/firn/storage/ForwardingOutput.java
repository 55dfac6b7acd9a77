package io.firn.storage;

import java.io.IOException;

/** A new file that hands every call on to another, for those that change a few of them. */
public abstract class ForwardingOutput implements OutputFileHandle {

  private final OutputFileHandle below;

  /** A file on top of another. */
  protected ForwardingOutput(OutputFileHandle below) {
    this.below = below;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    below.write(bytes, offset, length);
  }

  @Override
  public long position() {
    return below.position();
  }

  @Override
  public void sync() throws IOException {
    below.sync();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
