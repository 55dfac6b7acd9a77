package io.firn.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;

/**
 * Table operations that stand still at one metadata: what is built on them is built on exactly the
 * state that was looked at, whatever others commit meanwhile. They cannot commit; the caller does
 * that. Remembers every file written through it, so that the caller can delete what a failed or
 * superseded attempt left.
 */
final class CommitBase implements TableOperations {
  private final TableOperations operations;
  private final TableMetadata metadata;
  private final RecordingIO io;

  CommitBase(TableOperations operations, TableMetadata metadata) {
    this.operations = operations;
    this.metadata = metadata;
    this.io = new RecordingIO(operations.io());
  }

  /** The paths of the files created through this base, in the order of creation. */
  List<String> written() {
    return List.copyOf(io.written);
  }

  @Override
  public TableMetadata current() {
    return metadata;
  }

  @Override
  public TableMetadata refresh() {
    return metadata;
  }

  @Override
  public void commit(TableMetadata base, TableMetadata updated) {
    throw new UnsupportedOperationException("This handle is for reading; commit by TableStore");
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public EncryptionManager encryption() {
    return operations.encryption();
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return operations.metadataFileLocation(fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    return LocationProviders.locationsFor(metadata.location(), metadata.properties());
  }

  @Override
  public long newSnapshotId() {
    return operations.newSnapshotId();
  }

  private static final class RecordingIO implements FileIO {
    private static final long serialVersionUID = 1L;

    private final FileIO io;
    private final ArrayList<String> written = new ArrayList<>();

    RecordingIO(FileIO io) {
      this.io = io;
    }

    @Override
    public InputFile newInputFile(String path) {
      return io.newInputFile(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
      return io.newInputFile(path, length);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      written.add(path);
      return io.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
      io.deleteFile(path);
    }

    @Override
    public Map<String, String> properties() {
      return io.properties();
    }
  }
}
