package io.firn.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory that can crash. It knows which bytes were synced, and which names; {@link
 * #crash} yields the storage that a restarted process would find, and from then on every call on
 * this one, and on its handles, fails. Directories are durable once created, as the seam promises.
 *
 * <p>Safe for use by many threads. To let another program look at the files, {@link #copyTo} a real
 * storage.
 */
public final class CrashStorage implements Storage {

  @GuardedBy("this")
  private final NavigableMap<String, MemoryDirectory> directories = new TreeMap<>();

  @GuardedBy("this")
  private final Set<String> locked = new HashSet<>();

  @GuardedBy("this")
  private long mutations;

  @GuardedBy("this")
  private long lastMutation = Long.MAX_VALUE;

  @GuardedBy("this")
  private boolean crashed;

  /** An empty file system. */
  public CrashStorage() {
    directories.put("/", new MemoryDirectory());
  }

  /** How many calls that change something have succeeded: the possible places of a crash. */
  public synchronized long mutations() {
    return mutations;
  }

  /** Lets {@code count} more changes happen; the one after them, and every call then, fails. */
  public synchronized void crashAfterMutations(long count) {
    lastMutation = mutations + count;
  }

  /** True once the crash has come. */
  public synchronized boolean crashed() {
    return crashed;
  }

  /** Ends this storage and gives what a restarted process finds. */
  public synchronized CrashStorage crash(SurvivalMode mode, long seed) {
    crashed = true;
    Random random = new Random(seed);
    IdentityHashMap<MemoryFile, MemoryFile> survivors = new IdentityHashMap<>();
    CrashStorage after = new CrashStorage();
    synchronized (after) {
      directories.forEach(
          (path, directory) ->
              after.directories.put(
                  path,
                  directory.survivor(
                      mode,
                      random,
                      file -> survivors.computeIfAbsent(file, it -> it.survivor(mode, random)))));
    }
    return after;
  }

  /** Writes a directory, and all within it, to another storage under the same paths. */
  public synchronized void copyTo(Storage target, String root) throws IOException {
    for (Map.Entry<String, MemoryDirectory> directory :
        directories.tailMap(clean(root)).entrySet()) {
      if (!(directory.getKey() + "/").startsWith(clean(root) + "/")) {
        continue;
      }
      target.createDirectories(directory.getKey());
      for (Map.Entry<String, MemoryFile> entry : directory.getValue().names().entrySet()) {
        MemoryFile file = entry.getValue();
        byte[] bytes = new byte[file.length()];
        file.read(0, bytes, 0, bytes.length);
        try (OutputFileHandle copy =
            target.create(StoragePaths.join(directory.getKey(), entry.getKey()))) {
          copy.write(bytes, 0, bytes.length);
        }
      }
    }
  }

  @Override
  public synchronized OutputFileHandle create(String path) throws IOException {
    mutate();
    MemoryDirectory directory = parent(path);
    if (exists(path)) {
      throw new FileAlreadyExistsException(path);
    }
    MemoryFile file = new MemoryFile();
    directory.put(name(path), file);
    return new Output(path, file);
  }

  @Override
  public synchronized InputFileHandle open(String path) throws IOException {
    return new Input(path, file(path));
  }

  @Override
  public synchronized long length(String path) throws IOException {
    return file(path).length();
  }

  @Override
  public synchronized boolean exists(String path) throws IOException {
    alive();
    MemoryDirectory directory = directories.get(StoragePaths.parent(clean(path)));
    return directories.containsKey(clean(path))
        || (directory != null && directory.file(name(path)) != null);
  }

  @Override
  public synchronized List<FileStatus> list(String path) throws IOException {
    alive();
    List<FileStatus> found = new ArrayList<>();
    MemoryDirectory directory = directories.get(clean(path));
    if (directory != null) {
      directory
          .names()
          .forEach(
              (name, file) ->
                  found.add(
                      new FileStatus(
                          StoragePaths.join(clean(path), name),
                          file.length(),
                          file.modifiedMillis())));
    }
    return found;
  }

  @Override
  public synchronized List<String> listDirectories(String path) throws IOException {
    alive();
    return directories.keySet().stream()
        .filter(name -> !name.equals("/") && StoragePaths.parent(name).equals(clean(path)))
        .toList();
  }

  @Override
  public long freeBytes(String path) {
    return Long.MAX_VALUE;
  }

  @Override
  public synchronized void createDirectories(String path) throws IOException {
    mutate();
    String directory = clean(path);
    while (directories.putIfAbsent(directory, new MemoryDirectory()) == null) {
      directory = StoragePaths.parent(directory);
    }
  }

  @Override
  public synchronized void publish(String temporary, String path) throws IOException {
    mutate();
    MemoryFile file = file(temporary);
    if (exists(path)) {
      throw new FileAlreadyExistsException(path);
    }
    parent(path).put(name(path), file);
    parent(temporary).remove(name(temporary));
  }

  @Override
  public synchronized void replace(String temporary, String path) throws IOException {
    mutate();
    MemoryFile file = file(temporary);
    if (parent(temporary) == parent(path)) {
      parent(path).rename(name(temporary), name(path), file);
    } else {
      parent(path).put(name(path), file);
      parent(temporary).remove(name(temporary));
    }
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    mutate();
    file(path);
    parent(path).remove(name(path));
  }

  @Override
  public synchronized void syncFile(String path) throws IOException {
    mutate();
    file(path).sync();
  }

  @Override
  public synchronized void syncDirectory(String path) throws IOException {
    mutate();
    MemoryDirectory directory = directories.get(clean(path));
    if (directory == null) {
      throw new NoSuchFileException(path);
    }
    directory.sync();
  }

  @Override
  public synchronized FileLease lock(String path) throws IOException {
    alive();
    String name = clean(path);
    if (!locked.add(name)) {
      throw new LockHeldException(path);
    }
    try {
      if (!exists(name)) {
        create(name).close();
      }
    } catch (IOException e) {
      locked.remove(name);
      throw e;
    }
    return new Lease(path, name);
  }

  @GuardedBy("this")
  private void alive() throws IOException {
    if (crashed) {
      throw new IOException("This storage has crashed");
    }
  }

  @GuardedBy("this")
  private void mutate() throws IOException {
    alive();
    if (mutations >= lastMutation) {
      crashed = true;
      alive();
    }
    mutations++;
  }

  @GuardedBy("this")
  private MemoryDirectory parent(String path) throws IOException {
    MemoryDirectory directory = directories.get(StoragePaths.parent(clean(path)));
    if (directory == null) {
      throw new NoSuchFileException(StoragePaths.parent(path));
    }
    return directory;
  }

  @GuardedBy("this")
  private MemoryFile file(String path) throws IOException {
    alive();
    MemoryDirectory directory = directories.get(StoragePaths.parent(clean(path)));
    MemoryFile file = directory == null ? null : directory.file(name(path));
    if (file == null) {
      throw new NoSuchFileException(path);
    }
    return file;
  }

  private static String clean(String path) {
    String name = StoragePaths.withoutFileScheme(path);
    return name.length() > 1 && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private static String name(String path) {
    return StoragePaths.name(clean(path));
  }

  private final class Output implements OutputFileHandle {
    private final String path;
    private final MemoryFile file;
    private volatile boolean closed;
    private volatile long position;

    Output(String path, MemoryFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (CrashStorage.this) {
        open();
        mutate();
        file.append(bytes, offset, length);
        position = file.length();
      }
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void sync() throws IOException {
      synchronized (CrashStorage.this) {
        open();
        mutate();
        file.sync();
      }
    }

    private void open() throws IOException {
      if (closed) {
        throw new IOException(path + " is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Input implements InputFileHandle {
    private final String path;
    private final long length;
    private volatile @Nullable MemoryFile file;

    Input(String path, MemoryFile file) {
      this.path = path;
      this.file = file;
      this.length = file.length();
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int count) throws IOException {
      synchronized (CrashStorage.this) {
        alive();
        MemoryFile open = file;
        if (open == null) {
          throw new IOException(path + " is closed");
        }
        if (position + count > open.length()) {
          throw new EOFException(path + " ends before byte " + (position + count));
        }
        open.read((int) position, target, offset, count);
      }
    }

    @Override
    public void close() {
      file = null;
    }
  }

  private final class Lease implements FileLease {
    private final String path;
    private final String name;
    private boolean released;

    Lease(String path, String name) {
      this.path = path;
      this.name = name;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public void close() {
      synchronized (CrashStorage.this) {
        if (!released) {
          released = true;
          locked.remove(name);
        }
      }
    }
  }
}
