package io.firn.engine.internal.verify;

import io.firn.catalog.LiveFile;
import io.firn.catalog.Version;
import io.firn.error.FirnException;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.TableSchema;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.jspecify.annotations.Nullable;

/**
 * A data file that exists, opens, and has as many bytes and rows as the metadata says.
 *
 * @param file the engine's entry
 * @param entry Iceberg's entry, with the statistics of all columns if its plan had the file
 * @param schema the table's schema
 * @param readers where to open it again
 * @param firstKey its smallest key; null if it has no rows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and belongs to this package
public record VerifiedFile(
    LiveFile file,
    DataFile entry,
    TableSchema schema,
    DataFileReaders readers,
    byte @Nullable [] firstKey) {

  /**
   * Opens and checks a file; null, and a finding, if there is nothing to read. One of which
   * something is known to be wrong is left alone.
   */
  public static @Nullable VerifiedFile open(
      LiveFile file,
      @Nullable FileScanTask task,
      Version version,
      Storage storage,
      DataFileReaders readers,
      Findings findings) {
    String path = file.path();
    if (findings.name(path)) {
      return null;
    }
    try {
      long length = storage.length(StoragePaths.withoutFileScheme(path));
      if (length != file.lengthBytes()) {
        findings.error(path, "has " + length + " bytes, its entry says " + file.lengthBytes());
        return null;
      }
      try (DataFileReader reader = readers.open(path, length, version.schema())) {
        if (reader.rowCount() != file.rowCount()) {
          findings.error(
              path, "has " + reader.rowCount() + " rows, its entry says " + file.rowCount());
          return null;
        }
        if (file.namedByFirn() && !reader.hasIndex()) {
          findings.error(path, "has lost its Firn index, or the footer that names it");
        }
        DataFile entry = task == null ? file.dataFile() : task.file();
        return new VerifiedFile(file, entry, version.schema(), readers, reader.firstKey());
      }
    } catch (IOException | FirnException e) {
      findings.error(path, "cannot be opened: " + e);
      return null;
    }
  }

  String path() {
    return file.path();
  }

  DataFileReader reopen() {
    return readers.open(path(), file.lengthBytes(), schema);
  }
}
