package io.firn.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local file system. Publishing without overwriting is a hard link followed by an unlink, which
 * POSIX makes atomic and exclusive. Interrupts do not close files: output goes through
 * uninterruptible streams, and a channel that an interrupt closed under a reader is opened again.
 */
public final class LocalStorage implements Storage {

  private static final Logger LOG = LoggerFactory.getLogger(LocalStorage.class);

  /**
   * Locks held by this process. A file lock alone does not exclude other holders in the same
   * process.
   */
  @GuardedBy("HELD")
  private static final Set<Path> HELD = new HashSet<>();

  @Override
  public OutputFileHandle create(String path) throws IOException {
    Path file = resolve(path);
    Files.createFile(file);
    return new LocalOutput(file);
  }

  @Override
  public InputFileHandle open(String path) throws IOException {
    return new LocalInput(path, resolve(path));
  }

  @Override
  public InputFileHandle openForShortReads(String path) throws IOException {
    Path file = resolve(path);
    boolean mapped = MappedInput.isPossible() && Files.size(file) >= MappedInput.LENGTH_MIN;
    return mapped ? MappedInput.open(path, file) : open(path);
  }

  @Override
  public long length(String path) throws IOException {
    return Files.size(resolve(path));
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    List<FileStatus> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(resolve(directory))) {
      for (Path entry : entries) {
        try {
          if (Files.isRegularFile(entry)) {
            found.add(
                new FileStatus(
                    entry.toString(),
                    Files.size(entry),
                    Files.getLastModifiedTime(entry).toMillis()));
          }
        } catch (NoSuchFileException deletedWhileListing) {
          LOG.debug("{} went away while its directory was listed", entry);
        }
      }
    } catch (NoSuchFileException missing) {
      return List.of();
    }
    found.sort(Comparator.comparing(FileStatus::path));
    return found;
  }

  @Override
  public List<String> listDirectories(String directory) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(resolve(directory), Files::isDirectory)) {
      entries.forEach(entry -> found.add(entry.toString()));
    } catch (NoSuchFileException missing) {
      return List.of();
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    return Files.getFileStore(resolve(directory)).getUsableSpace();
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    Path path = resolve(directory);
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.getParent();
    if (parent != null) {
      createDirectories(parent.toString());
    }
    try {
      Files.createDirectory(path);
    } catch (FileAlreadyExistsException raced) {
      if (!Files.isDirectory(path)) {
        throw raced;
      }
      return;
    }
    if (parent != null) {
      syncDirectory(parent.toString());
    }
  }

  @Override
  public void publish(String temporary, String path) throws IOException {
    Path source = resolve(temporary);
    Files.createLink(resolve(path), source);
    Files.delete(source);
  }

  @Override
  public void replace(String temporary, String path) throws IOException {
    Files.move(
        resolve(temporary),
        resolve(path),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(resolve(path));
  }

  @Override
  public void syncFile(String path) throws IOException {
    Path file = resolve(path);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(path);
    }
    try (RandomAccessFile handle = new RandomAccessFile(file.toFile(), "rw")) {
      handle.getFD().sync();
    }
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(resolve(directory), StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException again) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public FileLease lock(String path) throws IOException {
    Path file = resolve(path);
    Path canonical = file.toAbsolutePath().normalize();
    Path parent = canonical.getParent();
    if (parent != null && Files.exists(parent)) {
      canonical = parent.toRealPath().resolve(canonical.getFileName());
    }
    synchronized (HELD) {
      if (!HELD.add(canonical)) {
        throw new LockHeldException(path);
      }
    }
    // Once this process held the name, no other descriptor of the file may be closed here: closing
    // one drops the lock.
    RandomAccessFile handle = null;
    try {
      handle = new RandomAccessFile(file.toFile(), "rw");
      FileLock lock = handle.getChannel().tryLock();
      if (lock == null) {
        throw new LockHeldException(path);
      }
      return new LocalLease(path, canonical, handle);
    } catch (OverlappingFileLockException e) {
      abandon(canonical, handle);
      throw new LockHeldException(path);
    } catch (IOException | RuntimeException e) {
      abandon(canonical, handle);
      throw e;
    }
  }

  private static void abandon(Path canonical, @Nullable RandomAccessFile handle)
      throws IOException {
    try {
      if (handle != null) {
        handle.close();
      }
    } finally {
      synchronized (HELD) {
        HELD.remove(canonical);
      }
    }
  }

  private static Path resolve(String path) {
    return Path.of(StoragePaths.withoutFileScheme(path));
  }

  private static final class LocalLease implements FileLease {
    private final String path;
    private final Path canonical;

    @GuardedBy("this")
    private @Nullable RandomAccessFile handle;

    LocalLease(String path, Path canonical, RandomAccessFile handle) {
      this.path = path;
      this.canonical = canonical;
      this.handle = handle;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public synchronized void close() throws IOException {
      RandomAccessFile held = handle;
      if (held != null) {
        handle = null;
        abandon(canonical, held);
      }
    }
  }

  private static final class LocalOutput implements OutputFileHandle {
    private final RandomAccessFile file;
    private long position;

    LocalOutput(Path path) throws IOException {
      this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(bytes, offset, length);
      position += length;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void sync() throws IOException {
      file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class LocalInput implements InputFileHandle {
    private final String name;
    private final Path path;
    private final long length;
    private volatile FileChannel channel;

    @GuardedBy("this")
    private boolean closed;

    LocalInput(String name, Path path) throws IOException {
      this.name = name;
      this.path = path;
      // Not the channel's own size: an interrupted thread that asks for it closes the channel.
      this.length = Files.size(path);
      this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public String path() {
      return name;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int length) throws IOException {
      boolean interrupted = Thread.interrupted();
      try {
        ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
        while (buffer.hasRemaining()) {
          FileChannel current = channel;
          try {
            if (current.read(buffer, position + buffer.position() - offset) < 0) {
              throw new EOFException(
                  name + " ends before byte " + (position + length) + ", at " + current.size());
            }
          } catch (ClosedByInterruptException e) {
            interrupted |= Thread.interrupted();
            reopen(current);
          } catch (ClosedChannelException e) {
            reopen(current);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    /**
     * Replaces a channel that an interrupt closed, unless the file itself has been closed or
     * another reader did.
     */
    private synchronized void reopen(FileChannel broken) throws IOException {
      if (closed) {
        throw new IOException(name + " is closed");
      }
      if (channel == broken) {
        channel = FileChannel.open(path, StandardOpenOption.READ);
      }
    }

    @Override
    public synchronized void close() throws IOException {
      closed = true;
      channel.close();
    }
  }
}
