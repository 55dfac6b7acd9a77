package io.firn.testkit;

import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A storage over another one that shows every call, of the storage and of the handles it gives out,
 * to {@link #before} and {@link #after}. Wrappers compose: each sees what the one outside it let
 * through. As safe for threads as the storage below and the two methods.
 */
abstract class InterceptedStorage implements Storage {

  private final Storage below;

  InterceptedStorage(Storage below) {
    this.below = below;
  }

  /** Called before the effect; an exception prevents it. {@code bytes} is 0 unless data moves. */
  void before(StorageOperation operation, String path, long bytes) throws IOException {}

  /** Called after the effect, and not if it failed. */
  void after(StorageOperation operation, String path, long bytes) throws IOException {}

  /** Writes bytes to the file below; a place to write fewer. */
  void write(OutputFileHandle file, String path, byte[] bytes, int offset, int length)
      throws IOException {
    file.write(bytes, offset, length);
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private interface Action {
    void run() throws IOException;
  }

  private <T> T call(StorageOperation operation, String path, Call<T> effect) throws IOException {
    before(operation, path, 0);
    T result = effect.run();
    after(operation, path, 0);
    return result;
  }

  private void act(StorageOperation operation, String path, long bytes, Action effect)
      throws IOException {
    before(operation, path, bytes);
    effect.run();
    after(operation, path, bytes);
  }

  /** Like {@link #call}, but closes what was opened when {@link #after} refuses it. */
  private <T extends AutoCloseable> T open(StorageOperation operation, String path, Call<T> effect)
      throws IOException {
    before(operation, path, 0);
    T opened = effect.run();
    try {
      after(operation, path, 0);
      return opened;
    } catch (IOException | RuntimeException refused) {
      try {
        opened.close();
      } catch (Exception unclosed) {
        refused.addSuppressed(unclosed);
      }
      throw refused;
    }
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    return new Output(path, open(StorageOperation.CREATE, path, () -> below.create(path)));
  }

  @Override
  public InputFileHandle open(String path) throws IOException {
    return new Input(path, open(StorageOperation.OPEN, path, () -> below.open(path)));
  }

  @Override
  public long length(String path) throws IOException {
    return call(StorageOperation.LENGTH, path, () -> below.length(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return call(StorageOperation.EXISTS, path, () -> below.exists(path));
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    return call(StorageOperation.LIST, directory, () -> below.list(directory));
  }

  @Override
  public List<String> listDirectories(String directory) throws IOException {
    return call(
        StorageOperation.LIST_DIRECTORIES, directory, () -> below.listDirectories(directory));
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    return below.freeBytes(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    act(
        StorageOperation.CREATE_DIRECTORIES,
        directory,
        0,
        () -> below.createDirectories(directory));
  }

  @Override
  public void publish(String temporary, String path) throws IOException {
    act(StorageOperation.PUBLISH, path, 0, () -> below.publish(temporary, path));
  }

  @Override
  public void replace(String temporary, String path) throws IOException {
    act(StorageOperation.REPLACE, path, 0, () -> below.replace(temporary, path));
  }

  @Override
  public void delete(String path) throws IOException {
    act(StorageOperation.DELETE, path, 0, () -> below.delete(path));
  }

  @Override
  public void syncFile(String path) throws IOException {
    act(StorageOperation.SYNC, path, 0, () -> below.syncFile(path));
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    act(StorageOperation.SYNC_DIRECTORY, directory, 0, () -> below.syncDirectory(directory));
  }

  @Override
  public FileLease lock(String path) throws IOException {
    return open(StorageOperation.LOCK, path, () -> below.lock(path));
  }

  private final class Output implements OutputFileHandle {
    private final String path;
    private final OutputFileHandle file;
    private final AtomicBoolean closed = new AtomicBoolean();

    Output(String path, OutputFileHandle file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      act(
          StorageOperation.WRITE,
          path,
          length,
          () -> InterceptedStorage.this.write(file, path, bytes, offset, length));
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void sync() throws IOException {
      act(StorageOperation.SYNC, path, 0, file::sync);
    }

    /** A refused close still closes the file below, as an operating system does. */
    @Override
    public void close() throws IOException {
      if (closed.compareAndSet(false, true)) {
        try (file) {
          before(StorageOperation.CLOSE_OUTPUT, path, 0);
        }
        after(StorageOperation.CLOSE_OUTPUT, path, 0);
      }
    }
  }

  private final class Input implements InputFileHandle {
    private final String path;
    private final InputFileHandle file;
    private final AtomicBoolean closed = new AtomicBoolean();

    Input(String path, InputFileHandle file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int length) throws IOException {
      act(
          StorageOperation.READ,
          path,
          length,
          () -> file.readFully(position, target, offset, length));
    }

    @Override
    public void close() throws IOException {
      if (closed.compareAndSet(false, true)) {
        try (file) {
          before(StorageOperation.CLOSE_INPUT, path, 0);
        }
        after(StorageOperation.CLOSE_INPUT, path, 0);
      }
    }
  }
}
