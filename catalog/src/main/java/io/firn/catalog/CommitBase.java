package io.firn.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/**
 * Table operations that stand still at one metadata: what is built on them is built on exactly the
 * state that was looked at, whatever others commit meanwhile. They cannot commit; the caller does
 * that. Remembers every file written through it, so that the caller can delete what a failed or
 * superseded attempt left, and checks what it reads against the checksums of the snapshot it stands
 * at.
 */
final class CommitBase implements TableOperations {
  private final TableOperations operations;
  private final TableMetadata metadata;
  private final RecordingIO io;

  CommitBase(TableOperations operations, TableMetadata metadata) {
    this(operations, metadata, new RecordingIO(operations.io(), metadata.currentSnapshot()));
  }

  private CommitBase(TableOperations operations, TableMetadata metadata, RecordingIO io) {
    this.operations = operations;
    this.metadata = metadata;
    this.io = io;
  }

  /** The same base, but for properties that say how a snapshot is to be written. */
  CommitBase with(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(metadata.properties());
    all.putAll(properties);
    return new CommitBase(operations, metadata.replaceProperties(all), io);
  }

  /** The paths of the files created through this base, in the order of creation. */
  List<String> written() {
    return List.copyOf(io.written);
  }

  /** Counts a file as created through this base that is created in another way. */
  void begun(String path) {
    io.written.add(path);
  }

  /** The checksums of the base's files and of those written, by path, as far as they are known. */
  Map<String, Integer> checksums() {
    return io.checksums();
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
    private final transient @Nullable Snapshot snapshot;
    private final ArrayList<String> written = new ArrayList<>();

    /** Those of the snapshot's files are added when a file is used for the first time. */
    private @Nullable Map<String, Integer> checksums;

    RecordingIO(FileIO io, @Nullable Snapshot snapshot) {
      this.io = io;
      this.snapshot = snapshot;
    }

    synchronized Map<String, Integer> checksums() {
      Map<String, Integer> known = checksums;
      if (known == null) {
        known =
            snapshot == null
                ? new ConcurrentHashMap<>()
                : new ConcurrentHashMap<>(
                    FileChecksums.of(snapshot, FileChecksums.checkedManifests(io, snapshot)));
        checksums = known;
      }
      return known;
    }

    private FileIO checked() {
      return new CheckedFiles(io, checksums());
    }

    @Override
    public InputFile newInputFile(String path) {
      return checked().newInputFile(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
      return checked().newInputFile(path, length);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      written.add(path);
      return new ChecksummedOutput(
          io.newOutputFile(path), checksum -> checksums().put(path, checksum));
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
