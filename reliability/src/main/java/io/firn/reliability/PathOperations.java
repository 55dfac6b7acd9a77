package io.firn.reliability;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * The table operations of an engine that knows nothing of Firn, on a table that is a directory: the
 * newest metadata when this was made, and commits on it and no other. A commit that came too late
 * is not tried again on what is there, so that who made it knows what it did.
 */
final class PathOperations implements TableOperations {

  private static final Pattern VERSION = Pattern.compile("v([0-9]+)\\.metadata\\.json");

  /** Somebody else has committed since these operations were made. */
  static final class MovedOnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MovedOnException(IOException cause) {
      super("Another commit came first", cause);
    }
  }

  private final Storage storage;
  private final String directory;
  private final String metadataDirectory;
  private final FileIO io;
  private @Nullable TableMetadata current;
  private int version;

  PathOperations(Storage storage, String directory) throws IOException {
    this.storage = storage;
    this.directory = directory;
    this.metadataDirectory = StoragePaths.join(directory, "metadata");
    this.io = new StorageFiles(storage);
    for (Storage.FileStatus file : storage.list(metadataDirectory)) {
      Matcher matcher = VERSION.matcher(StoragePaths.name(file.path()));
      if (matcher.matches()) {
        version = Math.max(version, Integer.parseInt(matcher.group(1)));
      }
    }
    if (version > 0) {
      current = TableMetadataParser.read(io, path(version));
    }
  }

  boolean exists() {
    return version > 0;
  }

  private String path(int number) {
    return metadataFileLocation("v" + number + ".metadata.json");
  }

  @Override
  public TableMetadata current() {
    if (current == null) {
      throw new IllegalStateException("There is no table in " + directory);
    }
    return current;
  }

  @Override
  public TableMetadata refresh() {
    return current();
  }

  @Override
  public void commit(TableMetadata base, TableMetadata metadata) {
    if (base == metadata) {
      return;
    }
    String temporary = metadataFileLocation(UUID.randomUUID() + ".metadata.json");
    try {
      StorageFiles.write(
          storage,
          temporary,
          TableMetadataParser.toJson(metadata).getBytes(StandardCharsets.UTF_8));
      storage.publish(temporary, path(version + 1));
      storage.syncDirectory(metadataDirectory);
    } catch (FileAlreadyExistsException e) {
      throw new MovedOnException(e);
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
    version++;
    current = TableMetadataParser.read(io, path(version));
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return StoragePaths.join(metadataDirectory, fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    return LocationProviders.locationsFor(current().location(), current().properties());
  }
}
