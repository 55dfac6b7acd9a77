package io.firn.storage;

import java.io.IOException;
import java.util.List;

/**
 * A file system as Firn needs it. Paths are absolute, with {@code /} between names; a {@code file:}
 * prefix is accepted and means the same file.
 *
 * <p>Durability is explicit: bytes are durable after {@link OutputFileHandle#sync()} or {@link
 * #syncFile}, and a name (created, published, replaced or deleted) after {@link #syncDirectory} of
 * the directory it stands in. Nothing is promised before.
 *
 * <p>Implementations are safe for use by many threads, and no method leaves an object unusable
 * because the calling thread was interrupted: the interrupt flag stays set and the call completes.
 *
 * <p>Every method throws {@link java.nio.file.NoSuchFileException} for a missing file, {@link
 * java.nio.file.FileAlreadyExistsException} for one that must not exist, and another {@link
 * IOException} naming the path for everything else.
 */
public interface Storage {

  /** Creates a new file for writing; the file must not exist. Its directory must. */
  OutputFileHandle create(String path) throws IOException;

  /** Opens an existing file for reading at any position. The length is the one at this moment. */
  InputFileHandle open(String path) throws IOException;

  /**
   * Opens a file that does not change any more, for very many short reads. A local file of less
   * than 2 GiB is mapped into memory, so that a read is no system call; its pages then count as
   * memory of the process, which the system takes back when it needs to. Anything else is opened as
   * by {@link #open}.
   */
  default InputFileHandle openForShortReads(String path) throws IOException {
    return open(path);
  }

  /** The length of a file in bytes. */
  long length(String path) throws IOException;

  /** True if a file or a directory has this path. */
  boolean exists(String path) throws IOException;

  /**
   * The regular files directly in a directory, by name in ascending order; empty if the directory
   * does not exist.
   */
  List<FileStatus> list(String directory) throws IOException;

  /**
   * The directories directly in a directory, by name in ascending order; empty if the directory
   * does not exist.
   */
  List<String> listDirectories(String directory) throws IOException;

  /**
   * How many more bytes the disk of an existing directory can take, as far as one can tell; {@link
   * Long#MAX_VALUE} where there is no such limit.
   */
  long freeBytes(String directory) throws IOException;

  /** Creates a directory and its parents, durably. Nothing happens if it exists. */
  void createDirectories(String directory) throws IOException;

  /**
   * Gives a complete, synced file its final name, atomically, and only if that name is free. The
   * old name is gone afterwards. Of several callers racing for one name, one wins and the others
   * get a {@link java.nio.file.FileAlreadyExistsException}.
   */
  void publish(String temporary, String path) throws IOException;

  /**
   * Gives a complete, synced file a name that may be taken, atomically replacing what was there.
   */
  void replace(String temporary, String path) throws IOException;

  /** Removes a file. */
  void delete(String path) throws IOException;

  /**
   * Makes the content of an existing file durable, whoever wrote it: what a process that has died
   * left with the operating system is not durable yet.
   */
  void syncFile(String path) throws IOException;

  /** Makes the names in a directory durable. */
  void syncDirectory(String directory) throws IOException;

  /**
   * Takes an exclusive lock that the operating system drops when this process ends. The lock also
   * excludes other holders within this process. The file is created if need be and stays behind
   * when the lock is released.
   *
   * @throws LockHeldException if somebody else holds it
   */
  FileLease lock(String path) throws IOException;

  /** A held lock. Closing releases it; closing again does nothing. */
  interface FileLease extends AutoCloseable {
    /** The locked file. */
    String path();

    @Override
    void close() throws IOException;
  }

  /**
   * A file and what the directory says of it.
   *
   * @param path the absolute path
   * @param length in bytes
   * @param modifiedMillis last modification, in milliseconds since the epoch
   */
  record FileStatus(String path, long length, long modifiedMillis) {}

  /** The lock is held by another process, or by this one. */
  final class LockHeldException extends IOException {
    private static final long serialVersionUID = 1L;

    public LockHeldException(String path) {
      super(path + " is locked by another holder");
    }
  }
}
