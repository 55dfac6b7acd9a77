package io.firn.catalog;

import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.util.Set;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.hadoop.HadoopTableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * The operations of a table whose files are not local. The catalog writes its metadata itself;
 * every other file of the table goes through {@link #files}, so that whatever the store's client
 * throws is one of the exceptions that Iceberg's own files throw.
 */
final class RemoteOperations implements TableOperations {

  /** Where a Hadoop catalog's rename is atomic and refuses a name that is taken. */
  private static final Set<String> RENAMING = Set.of("hdfs", "viewfs");

  private final TableOperations catalogs;
  private final FileIoStorage files;
  private final FileIO io;

  private RemoteOperations(TableOperations catalogs) {
    this.catalogs = catalogs;
    this.files = new FileIoStorage(catalogs.io());
    this.io = new DurableFileIO(files);
  }

  /** The operations as they are for a local table, and these for any other. */
  static TableOperations unlessLocal(TableOperations catalogs) {
    return isLocal(catalogs.current().location()) ? catalogs : new RemoteOperations(catalogs);
  }

  /** Where the files of a table are: a local storage, or what its operations know. */
  static Storage filesOf(TableOperations operations, Storage local) {
    return operations instanceof RemoteOperations remote ? remote.files : local;
  }

  /** True for a place on the local file system. */
  static boolean isLocal(String location) {
    return StoragePaths.withoutFileScheme(location).startsWith("/");
  }

  /** The catalog's own operations. */
  TableOperations catalogs() {
    return catalogs;
  }

  /** Refuses to write where a commit could overwrite another's, or nothing could be cleaned up. */
  void checkWritable() {
    String location = current().location();
    String scheme = location.substring(0, Math.max(0, location.indexOf(':')));
    if (catalogs instanceof HadoopTableOperations && !RENAMING.contains(scheme)) {
      throw new UnsupportedFeatureException(
          location
              + " is in a Hadoop catalog, whose commits overwrite each other on "
              + scheme
              + "; use a JDBC, REST, Hive or Glue catalog");
    }
    if (!files.listsFiles()) {
      throw new UnsupportedFeatureException(
          location
              + " is read by "
              + catalogs.io().getClass().getName()
              + ", which cannot list files; what a crash leaves behind could not be found");
    }
  }

  @Override
  public TableMetadata current() {
    return catalogs.current();
  }

  @Override
  public TableMetadata refresh() {
    return catalogs.refresh();
  }

  @Override
  public void commit(TableMetadata base, TableMetadata updated) {
    catalogs.commit(base, updated);
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public EncryptionManager encryption() {
    return catalogs.encryption();
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return catalogs.metadataFileLocation(fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    TableMetadata metadata = current();
    return LocationProviders.locationsFor(metadata.location(), metadata.properties());
  }

  @Override
  public long newSnapshotId() {
    return catalogs.newSnapshotId();
  }
}
