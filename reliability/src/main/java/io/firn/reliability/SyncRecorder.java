package io.firn.reliability;

import io.firn.storage.ForwardingOutput;
import io.firn.storage.ForwardingStorage;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers whose fsync has failed, and whether anybody has tried it again: the pages that could
 * not be written are gone, and a second fsync says nothing about them.
 */
final class SyncRecorder extends ForwardingStorage {

  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  /** Those that failed and are still the same files. */
  private final Set<String> notToBeSynced = ConcurrentHashMap.newKeySet();

  private final Set<String> triedAgain = ConcurrentHashMap.newKeySet();

  SyncRecorder(Storage below) {
    super(below);
  }

  /** Files and directories whose fsync has failed. */
  Set<String> failed() {
    return Set.copyOf(failed);
  }

  /** Files among them that were synced again. */
  Set<String> triedAgain() {
    return Set.copyOf(triedAgain);
  }

  /** A file made anew is another one than that whose fsync failed under the same name. */
  @Override
  public OutputFileHandle create(String path) throws IOException {
    OutputFileHandle created = super.create(path);
    notToBeSynced.remove(path);
    return new ForwardingOutput(created) {
      @Override
      public void sync() throws IOException {
        recorded(path, super::sync);
      }
    };
  }

  @Override
  public void syncFile(String path) throws IOException {
    recorded(path, () -> super.syncFile(path));
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    try {
      super.syncDirectory(directory);
    } catch (IOException e) {
      failed.add(directory);
      throw e;
    }
  }

  private interface Sync {
    void run() throws IOException;
  }

  private void recorded(String path, Sync sync) throws IOException {
    if (notToBeSynced.contains(path)) {
      triedAgain.add(path);
    }
    try {
      sync.run();
    } catch (IOException e) {
      failed.add(path);
      notToBeSynced.add(path);
      throw e;
    }
  }
}
