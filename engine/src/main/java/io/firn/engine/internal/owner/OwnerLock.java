package io.firn.engine.internal.owner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.error.LockedException;
import io.firn.error.StorageException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write a table, among the processes of one machine: a lock on the file {@code LOCK}
 * in the engine's directory, beside which the file {@code owner} says who has it. The operating
 * system drops the lock when the process ends, however it ends; the note may then stay behind and
 * means nothing.
 *
 * <p>Safe for use by many threads. Whoever takes it closes it, which may be done again.
 */
public final class OwnerLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OwnerLock.class);

  /** The name of the locked file. */
  public static final String LOCK = "LOCK";

  private static final String OWNER = "owner";
  private static final int NOTE_BYTES_MAX = 1 << 14;

  /** Asked once: a slow name service must not slow down every open. */
  private static final String HOST = hostName();

  private final Storage storage;
  private final String directory;
  private final Storage.FileLease lease;

  @GuardedBy("this")
  private OwnerInfo info;

  @GuardedBy("this")
  private boolean closed;

  private OwnerLock(Storage storage, String directory, Storage.FileLease lease, OwnerInfo info) {
    this.storage = storage;
    this.directory = directory;
    this.lease = lease;
    this.info = info;
  }

  /**
   * Takes the lock.
   *
   * @param directory of the engine's own files; created if need be
   * @throws LockedException if somebody else has it; names who, as far as is known
   */
  public static OwnerLock take(Storage storage, String directory) {
    String path = StoragePaths.join(directory, LOCK);
    try {
      storage.createDirectories(directory);
      Storage.FileLease lease = storage.lock(path);
      OwnerInfo info = new OwnerInfo(ProcessHandle.current().pid(), HOST, Instant.now(), null);
      OwnerLock lock = new OwnerLock(storage, directory, lease, info);
      lock.note(info);
      return lock;
    } catch (Storage.LockHeldException e) {
      throw new LockedException(
          "The table is open for writing in "
              + read(storage, directory).map(OwnerInfo::description).orElse("another process")
              + " (lock "
              + path
              + "). Close it there, or open for reading only",
          e);
    } catch (IOException e) {
      throw new StorageException("Cannot take the lock " + path, e);
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      LOG.debug("This machine does not know its name", e);
      return "localhost";
    }
  }

  /** The note of the last owner, who may be gone; empty if there is none that can be read. */
  public static Optional<OwnerInfo> read(Storage storage, String directory) {
    try (InputFileHandle file = storage.open(StoragePaths.join(directory, OWNER))) {
      byte[] bytes = new byte[(int) Math.min(file.length(), NOTE_BYTES_MAX)];
      file.readFully(0, bytes, 0, bytes.length);
      @Nullable OwnerInfo info = OwnerInfo.decode(bytes);
      return Optional.ofNullable(info);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.debug("The owner's note in {} cannot be read", directory, e);
      return Optional.empty();
    }
  }

  /** Says where the owner can be reached. */
  public synchronized void announce(String socket) {
    note(new OwnerInfo(info.pid(), info.host(), info.since(), socket));
  }

  /** The note is a courtesy: failing to write it does not keep the table from being used. */
  private synchronized void note(OwnerInfo next) {
    info = next;
    String path = StoragePaths.join(directory, OWNER);
    String temporary = path + ".tmp";
    try {
      deleteIfThere(temporary);
      byte[] bytes = next.encode();
      try (OutputFileHandle file = storage.create(temporary)) {
        file.write(bytes, 0, bytes.length);
      }
      storage.replace(temporary, path);
    } catch (IOException e) {
      LOG.warn("Could not note the owner in {}", path, e);
    }
  }

  private void deleteIfThere(String path) throws IOException {
    try {
      storage.delete(path);
    } catch (NoSuchFileException absent) {
      LOG.trace("{} is absent, as it should be", path);
    }
  }

  /** The engine's directory. */
  public String directory() {
    return directory;
  }

  /** Who holds the lock: this process. */
  public synchronized OwnerInfo info() {
    return info;
  }

  /** Releases the lock. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Storage.FileLease held = lease) {
      LOG.debug("Releasing {}", held.path());
      deleteIfThere(StoragePaths.join(directory, OWNER));
    } catch (IOException e) {
      throw new StorageException("Cannot release the lock in " + directory, e);
    }
  }
}
