package io.firn.engine;

import io.firn.storage.ForwardingOutput;
import io.firn.storage.ForwardingStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StorageFull;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A storage that tells when its disk turns out to be full, so that whoever keeps there what can be
 * done without gives it up. The call fails all the same; the next attempt may find room.
 */
final class FullDiskWatch extends ForwardingStorage {

  private volatile @Nullable Runnable whenFull;

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

  /**
   * The error, told if it is that of a full disk. Calls are not handed over as lambdas: linking
   * each takes about a millisecond of opening a first table.
   */
  private IOException told(IOException error) {
    Runnable action = whenFull;
    if (action != null && StorageFull.caused(error)) {
      action.run();
    }
    return error;
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    try {
      return new Output(super.create(path));
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    try {
      super.createDirectories(directory);
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void publish(String temporary, String path) throws IOException {
    try {
      super.publish(temporary, path);
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void replace(String temporary, String path) throws IOException {
    try {
      super.replace(temporary, path);
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void syncFile(String path) throws IOException {
    try {
      super.syncFile(path);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private final class Output extends ForwardingOutput {

    Output(OutputFileHandle below) {
      super(below);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        super.write(bytes, offset, length);
      } catch (IOException e) {
        throw told(e);
      }
    }

    @Override
    public void sync() throws IOException {
      try {
        super.sync();
      } catch (IOException e) {
        throw told(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } catch (IOException e) {
        throw told(e);
      }
    }
  }
}
