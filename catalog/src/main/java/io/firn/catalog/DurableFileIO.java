package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Iceberg's {@code FileIO} over local files that keeps what it has written: when an output stream
 * has been closed without an exception, the file and its name are durable. Iceberg's own FileIOs
 * for local files never sync. Metadata that a catalog writes under its final name is given a
 * checksum, which is compared when it is read: see {@code docs/format.md}.
 *
 * <p>Any engine may use it by {@code io-impl=io.firn.catalog.DurableFileIO}; it needs no property.
 * Only absolute local paths are accepted, with or without the {@code file:} scheme.
 *
 * <p>Safe for use by many threads and serializable. Failures are Iceberg's: NotFoundException,
 * AlreadyExistsException, RuntimeIOException.
 */
public final class DurableFileIO implements SupportsBulkOperations, SupportsPrefixOperations {

  /** Names a storage of {@link #register}; absent for the local file system. */
  public static final String STORAGE_ID = "firn.storage-id";

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DurableFileIO.class);
  private static final Storage LOCAL = new LocalStorage();
  private static final Map<String, Storage> REGISTERED = new ConcurrentHashMap<>();

  private Map<String, String> properties = Map.of();
  private transient volatile @Nullable Storage storage;
  private transient boolean localOnly = true;

  /** For Iceberg, which creates it by name and then calls {@link #initialize}. */
  public DurableFileIO() {}

  /** Over a given storage, which may know other paths than local ones. */
  DurableFileIO(Storage storage) {
    this.storage = storage;
    this.localOnly = !(storage instanceof FileIoStorage);
  }

  /**
   * Makes a storage known under a name for instances that Iceberg creates, until the registration
   * is closed.
   */
  static Registration register(String id, Storage storage) {
    if (REGISTERED.putIfAbsent(id, storage) != null) {
      throw new IllegalStateException("A storage is registered as " + id + " already");
    }
    return () -> REGISTERED.remove(id, storage);
  }

  /** Ends when closed. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public void initialize(Map<String, String> newProperties) {
    this.properties = Map.copyOf(newProperties);
    this.storage = null;
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  private Storage storage() {
    Storage found = storage;
    if (found == null) {
      String id = properties.get(STORAGE_ID);
      found = id == null ? LOCAL : REGISTERED.get(id);
      if (found == null) {
        throw new IllegalStateException("No storage is registered as " + id);
      }
      storage = found;
    }
    return found;
  }

  @Override
  public InputFile newInputFile(String path) {
    return newInputFile(path, StorageFiles.Input.UNKNOWN_LENGTH);
  }

  @Override
  public InputFile newInputFile(String path, long length) {
    InputFile file = new StorageFiles.Input(storage(), checked(path), length);
    return SealedMetadata.is(path) ? new SealedMetadata.Input(file) : file;
  }

  @Override
  public OutputFile newOutputFile(String path) {
    OutputFile file = new StorageFiles.Output(storage(), checked(path));
    return SealedMetadata.is(path) ? new SealedMetadata.Output(file) : file;
  }

  @Override
  public void deleteFile(String path) {
    try {
      storage().delete(checked(path));
    } catch (IOException e) {
      throw StorageFiles.failure(e, "delete", path);
    }
  }

  /** Deletes every file it can; a file that is missing counts as deleted. */
  @Override
  public void deleteFiles(Iterable<String> paths) throws BulkDeletionFailureException {
    int failures = 0;
    for (String path : paths) {
      try {
        storage().delete(checked(path));
      } catch (NoSuchFileException gone) {
        LOG.debug("{} was deleted before", path);
      } catch (IOException e) {
        failures++;
        LOG.warn("Cannot delete {}", path, e);
      }
    }
    if (failures > 0) {
      throw new BulkDeletionFailureException(failures);
    }
  }

  /** The files in a directory and below; the prefix is a directory's path. */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    List<FileInfo> found = new ArrayList<>();
    try {
      collect(withoutTrailingSlash(checked(prefix)), found);
    } catch (IOException e) {
      throw StorageFiles.failure(e, "list", prefix);
    }
    return found;
  }

  private void collect(String directory, List<FileInfo> found) throws IOException {
    for (Storage.FileStatus file : storage().list(directory)) {
      found.add(new FileInfo(file.path(), file.length(), file.modifiedMillis()));
    }
    for (String below : storage().listDirectories(directory)) {
      collect(below, found);
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    List<String> files = new ArrayList<>();
    listPrefix(prefix).forEach(file -> files.add(file.location()));
    deleteFiles(files);
  }

  @Override
  public void close() {}

  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** The path as given, if the storage may know it. */
  private String checked(String path) {
    if (localOnly && !RemoteOperations.isLocal(path)) {
      throw new InvalidArgumentException(
          "Not an absolute local path: " + path + "; this FileIO knows local files only");
    }
    return path;
  }
}
