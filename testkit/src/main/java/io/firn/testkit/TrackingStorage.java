package io.firn.testkit;

import io.firn.storage.ForwardingInput;
import io.firn.storage.ForwardingOutput;
import io.firn.storage.ForwardingStorage;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Knows every file, and every lock, that is open, and who opened it. Safe for use by many threads.
 */
public final class TrackingStorage extends ForwardingStorage {

  /**
   * Something open.
   *
   * @param what the kind of handle
   * @param path the file
   * @param opened carries the stack of the call that opened it
   */
  public record OpenHandle(StorageOperation what, String path, Throwable opened) {}

  private final Map<Object, OpenHandle> open = new ConcurrentHashMap<>();

  /** Tracks the handles that {@code below} gives out. */
  public TrackingStorage(Storage below) {
    super(below);
  }

  /** What is open at this moment. */
  public List<OpenHandle> openHandles() {
    return List.copyOf(open.values());
  }

  /** Throws if anything is open, naming it; the stacks that opened it are suppressed exceptions. */
  public void assertAllClosed() {
    List<OpenHandle> leaked = openHandles();
    if (!leaked.isEmpty()) {
      AssertionError error =
          new AssertionError(
              leaked.stream()
                  .map(handle -> handle.what() + " of " + handle.path())
                  .sorted()
                  .collect(Collectors.joining("\n  ", "Still open:\n  ", "")));
      leaked.forEach(handle -> error.addSuppressed(handle.opened()));
      throw error;
    }
  }

  private Object opened(StorageOperation what, String path) {
    Object identity = new Object();
    open.put(identity, new OpenHandle(what, path, new Throwable(what + " of " + path)));
    return identity;
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    return new Output(super.create(path), opened(StorageOperation.CREATE, path));
  }

  @Override
  public InputFileHandle open(String path) throws IOException {
    return new Input(super.open(path), opened(StorageOperation.OPEN, path));
  }

  @Override
  public InputFileHandle openForShortReads(String path) throws IOException {
    return new Input(super.openForShortReads(path), opened(StorageOperation.OPEN, path));
  }

  @Override
  public FileLease lock(String path) throws IOException {
    return new Lease(super.lock(path), opened(StorageOperation.LOCK, path));
  }

  private final class Output extends ForwardingOutput {
    private final Object identity;

    Output(OutputFileHandle file, Object identity) {
      super(file);
      this.identity = identity;
    }

    @Override
    public void close() throws IOException {
      open.remove(identity);
      super.close();
    }
  }

  private final class Input extends ForwardingInput {
    private final Object identity;

    Input(InputFileHandle file, Object identity) {
      super(file);
      this.identity = identity;
    }

    @Override
    public void close() throws IOException {
      open.remove(identity);
      super.close();
    }
  }

  private final class Lease implements FileLease {
    private final FileLease lease;
    private final Object identity;

    Lease(FileLease lease, Object identity) {
      this.lease = lease;
      this.identity = identity;
    }

    @Override
    public String path() {
      return lease.path();
    }

    @Override
    public void close() throws IOException {
      open.remove(identity);
      lease.close();
    }
  }
}
