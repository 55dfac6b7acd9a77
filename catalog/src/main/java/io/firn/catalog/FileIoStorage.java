package io.firn.catalog;

import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * The files of a table that is not on the local file system, through the {@code FileIO} of its
 * catalog. What a {@link Storage} promises holds with these differences:
 *
 * <ul>
 *   <li>A file is there and durable when its output has been closed, as far as the store below
 *       keeps what it has acknowledged; HDFS is asked to sync, object stores have no more to ask.
 *       Names need no sync, and directories need not exist.
 *   <li>Creating refuses a name that is taken, but two that create the same name at once may not
 *       notice each other. Firn's names are never used twice.
 *   <li>Deleting a missing file may succeed.
 *   <li>There is no publishing, replacing and locking: a catalog decides what is current, and the
 *       log and its lock are local.
 * </ul>
 *
 * <p>Whatever the client of the store throws becomes an {@link IOException} that names the path. An
 * interrupt does not end a read.
 */
final class FileIoStorage implements Storage {

  private static final Pattern LOCATION = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?(.*)");

  private final FileIO io;

  FileIoStorage(FileIO io) {
    this.io = io;
  }

  /** True if files can be found that no metadata names, without which a writer cannot clean up. */
  boolean listsFiles() {
    return io instanceof SupportsPrefixOperations;
  }

  /** Something that the store's client does. */
  interface Call<T> {
    T run() throws IOException;
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    return new FileIoOutput(path, call("create", path, () -> io.newOutputFile(path).create()));
  }

  @Override
  public InputFileHandle open(String path) throws IOException {
    return existing(
        "open",
        path,
        () -> {
          InputFile file = io.newInputFile(path);
          return new FileIoInput(path, file.getLength(), file.newStream());
        });
  }

  @Override
  public long length(String path) throws IOException {
    return existing("find the length of", path, () -> io.newInputFile(path).getLength());
  }

  @Override
  public boolean exists(String path) throws IOException {
    return repeat("look for", path, () -> io.newInputFile(path).exists());
  }

  /** The paths are spelled as the directory is, however the store spells them. */
  @Override
  public List<FileStatus> list(String directory) throws IOException {
    if (!(io instanceof SupportsPrefixOperations prefixes)) {
      throw new UnsupportedFeatureException(
          io.getClass().getName() + " cannot list files, which finding abandoned files needs");
    }
    String inside = withoutAuthority(StoragePaths.join(directory, ""));
    return repeat(
        "list",
        directory,
        () -> {
          List<FileStatus> found = new ArrayList<>();
          try {
            for (FileInfo file : prefixes.listPrefix(StoragePaths.join(directory, ""))) {
              String path = withoutAuthority(file.location());
              if (!path.startsWith(inside)) {
                throw new IOException(
                    "Listing " + directory + " gives " + file.location() + ", which is elsewhere");
              }
              String name = path.substring(inside.length());
              if (!name.isEmpty() && name.indexOf('/') < 0) {
                found.add(
                    new FileStatus(
                        StoragePaths.join(directory, name), file.size(), file.createdAtMillis()));
              }
            }
          } catch (RuntimeException e) {
            if (isMissing(e)) {
              return List.of();
            }
            throw e;
          }
          found.sort(Comparator.comparing(FileStatus::path));
          return found;
        });
  }

  private static String withoutAuthority(String location) {
    Matcher matcher = LOCATION.matcher(location);
    return matcher.matches() ? matcher.group(2) : location;
  }

  @Override
  public List<String> listDirectories(String directory) {
    throw unsupported("list the directories in", directory);
  }

  @Override
  public long freeBytes(String directory) {
    return Long.MAX_VALUE;
  }

  /** Directories need not exist. */
  @Override
  public void createDirectories(String directory) {}

  @Override
  public void publish(String temporary, String path) {
    throw unsupported("publish", path);
  }

  @Override
  public void replace(String temporary, String path) {
    throw unsupported("replace", path);
  }

  @Override
  public void delete(String path) throws IOException {
    boolean ignored =
        call(
            "delete",
            path,
            () -> {
              io.deleteFile(path);
              return true;
            });
  }

  /** A file that can be seen is durable. */
  @Override
  public void syncFile(String path) throws IOException {
    if (!exists(path)) {
      throw new NoSuchFileException(path);
    }
  }

  /** Names that can be seen are durable. */
  @Override
  public void syncDirectory(String directory) {}

  @Override
  public FileLease lock(String path) {
    throw unsupported("lock", path);
  }

  private static UnsupportedFeatureException unsupported(String what, String path) {
    return new UnsupportedFeatureException(
        "Cannot " + what + " " + path + ": only local files know that");
  }

  /** As {@link #repeat}, for what fails in the store's own words if there is no such file. */
  private <T> T existing(String what, String path, Call<T> call) throws IOException {
    try {
      return repeat(what, path, call);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      if (isThere(path, e)) {
        throw e;
      }
      throw missing(path, e);
    }
  }

  /** True also if nobody can tell. */
  private boolean isThere(String path, IOException failure) {
    try {
      return exists(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
      return true;
    }
  }

  /** Calls once, without an interrupt that is there already; it is back afterwards. */
  static <T> T call(String what, String path, Call<T> call) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return call.run();
    } catch (IOException | RuntimeException e) {
      throw failure(what, path, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Calls again as long as an interrupt is what made the call fail. */
  static <T> T repeat(String what, String path, Call<T> call) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          return call.run();
        } catch (IOException | RuntimeException e) {
          if (!Thread.interrupted()) {
            throw failure(what, path, e);
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException failure(String what, String path, Exception thrown) {
    if (isMissing(thrown)) {
      return missing(path, thrown);
    }
    if (thrown instanceof AlreadyExistsException || thrown instanceof FileAlreadyExistsException) {
      IOException failure = new FileAlreadyExistsException(path);
      failure.initCause(thrown);
      return failure;
    }
    return new IOException("Cannot " + what + " " + path + ": " + thrown.getMessage(), thrown);
  }

  private static NoSuchFileException missing(String path, Exception cause) {
    NoSuchFileException missing = new NoSuchFileException(path);
    missing.initCause(cause);
    return missing;
  }

  private static boolean isMissing(Exception thrown) {
    return thrown instanceof NotFoundException
        || thrown instanceof NoSuchFileException
        || thrown instanceof FileNotFoundException
        || thrown.getCause() instanceof FileNotFoundException;
  }
}
