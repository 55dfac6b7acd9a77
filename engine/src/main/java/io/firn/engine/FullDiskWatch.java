package io.firn.engine;

import io.firn.storage.ForwardingOutput;
import io.firn.storage.ForwardingStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StorageFull;
import java.io.IOException;

/**
 * A storage that tells when its disk turns out to be full, so that whoever keeps there what can be
 * done without gives it up. The call fails all the same; the next attempt may find room.
 */
final class FullDiskWatch extends ForwardingStorage {

  private volatile Runnable whenFull = () -> {};

  FullDiskWatch(Storage below) {
    super(below);
  }

  /**
   * Says what to do.
   *
   * @param action run by the thread whose call has failed, whatever locks it holds
   */
  void whenFull(Runnable action) {
    whenFull = action;
  }

  private interface Call {
    void run() throws IOException;
  }

  private void watch(Call call) throws IOException {
    try {
      call.run();
    } catch (IOException e) {
      if (StorageFull.caused(e)) {
        whenFull.run();
      }
      throw e;
    }
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    OutputFileHandle[] created = new OutputFileHandle[1];
    watch(() -> created[0] = super.create(path));
    return new Output(created[0]);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    watch(() -> super.createDirectories(directory));
  }

  @Override
  public void publish(String temporary, String path) throws IOException {
    watch(() -> super.publish(temporary, path));
  }

  @Override
  public void replace(String temporary, String path) throws IOException {
    watch(() -> super.replace(temporary, path));
  }

  @Override
  public void syncFile(String path) throws IOException {
    watch(() -> super.syncFile(path));
  }

  private final class Output extends ForwardingOutput {

    Output(OutputFileHandle below) {
      super(below);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      watch(() -> super.write(bytes, offset, length));
    }

    @Override
    public void sync() throws IOException {
      watch(super::sync);
    }

    @Override
    public void close() throws IOException {
      watch(super::close);
    }
  }
}
