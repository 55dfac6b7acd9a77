package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.io.FileIO;

/**
 * Reads the deletion vectors of one version. A file whose name carries its checksum is read and
 * checked as a whole, once, however many vectors it holds; what the cache has is not read. Used for
 * one version, by one thread.
 */
final class DeletionVectorReader {

  /** Larger files are not kept in memory; each of their vectors has a checksum of its own. */
  private static final long WHOLE_BYTES_MAX = 64L << 20;

  private final FileIO io;
  private final Storage files;
  private final MetadataCache cache;
  private final Map<String, byte[]> contents = new HashMap<>();

  DeletionVectorReader(FileIO io, Storage files, MetadataCache cache) {
    this.io = io;
    this.files = files;
    this.cache = cache;
  }

  /**
   * Reads one vector.
   *
   * @throws CorruptionException if the bytes are not what was written
   */
  DeletionVector read(DeleteFile file) throws IOException {
    return cache.vector(file, () -> uncached(file));
  }

  private DeletionVector uncached(DeleteFile file) throws IOException {
    if (file.format() == FileFormat.PARQUET) {
      return PositionDeletes.read(files, file);
    }
    Integer checksum = DeletionVectorName.checksum(file.location());
    if (checksum == null || file.fileSizeInBytes() > WHOLE_BYTES_MAX) {
      return DeletionVectorFiles.read(io, file);
    }
    byte[] content = contents.get(file.location());
    if (content == null) {
      content = whole(file, checksum);
      contents.put(file.location(), content);
    }
    return DeletionVectorFiles.read(content, file);
  }

  private byte[] whole(DeleteFile file, int checksum) throws IOException {
    byte[] content;
    try {
      content = CheckedFiles.read(io.newInputFile(file.location()));
    } catch (EOFException e) {
      throw new CorruptionException(file.location(), -1, "the file is too short", e);
    }
    if (FileChecksums.of(content) != checksum) {
      throw new CorruptionException(
          file.location(), -1, "the checksum in the name of the file differs from its content");
    }
    return content;
  }
}
