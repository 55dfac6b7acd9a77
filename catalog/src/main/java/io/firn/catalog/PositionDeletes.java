package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.format.CacheOptions;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.DataFileWriter;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import io.firn.format.TableSchema;
import io.firn.format.WriterOptions;
import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Conversions;

/**
 * Deleted rows in the files of format version 2: Parquet files of paths and positions, here one for
 * each data file. What another engine has written otherwise is not read here but settled.
 */
public final class PositionDeletes {

  /** The columns of a file of position deletes, in the order of its rows. */
  public static final TableSchema SCHEMA =
      TableSchema.of(
          new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS),
          List.of(
              MetadataColumns.DELETE_FILE_PATH.fieldId(),
              MetadataColumns.DELETE_FILE_POS.fieldId()));

  private static final int BATCH_ROWS = 4096;
  private static final int PATH = MetadataColumns.DELETE_FILE_PATH.fieldId();
  private static final int POSITION = MetadataColumns.DELETE_FILE_POS.fieldId();

  private static final Pattern NAME = Pattern.compile("deletes-[0-9]+-[0-9a-f-]{36}\\.parquet");

  private PositionDeletes() {}

  /** True if a file of this path could be ours. */
  static boolean isOurs(String path) {
    return NAME.matcher(StoragePaths.name(path)).matches();
  }

  /** True for the one file of ours that holds all deleted rows of a data file. */
  static boolean isWhole(DeleteFile file) {
    return file.content() == FileContent.POSITION_DELETES
        && file.format() == FileFormat.PARQUET
        && file.referencedDataFile() != null
        && isOurs(file.location());
  }

  /**
   * Writes the deleted rows of each data file into a file of its own, durably.
   *
   * @param directory where the files go
   * @param vectors per data file's path; none of them is empty
   * @param begun is told the path of each file before it exists
   * @return the entry for Iceberg's metadata per data file's path
   */
  static Map<String, DeleteFile> write(
      Storage storage,
      String directory,
      long epoch,
      PartitionSpec spec,
      Map<String, DeletionVector> vectors,
      Consumer<String> begun)
      throws IOException {
    storage.createDirectories(StoragePaths.withoutFileScheme(directory));
    Map<String, DeleteFile> files = new LinkedHashMap<>();
    vectors.forEach(
        (dataFile, deleted) -> {
          String path =
              StoragePaths.join(
                  directory, "deletes-" + epoch + "-" + UUID.randomUUID() + ".parquet");
          begun.accept(path);
          files.put(dataFile, write(storage, path, spec, dataFile, deleted));
        });
    return files;
  }

  private static DeleteFile write(
      Storage storage, String path, PartitionSpec spec, String dataFile, DeletionVector deleted) {
    ColumnBatch batch = ColumnBatch.of(SCHEMA.schema());
    GenericRecord row = GenericRecord.create(SCHEMA.schema());
    row.set(0, dataFile);
    WrittenFile written;
    long first = deleted.nextDeleted(0);
    long last = first;
    try (DataFileWriter writer =
        DataFileWriter.create(storage, path, SCHEMA, WriterOptions.forScans())) {
      for (long position = first; position >= 0; position = deleted.nextDeleted(position + 1)) {
        row.set(1, position);
        batch.append(row);
        last = position;
        if (batch.rowCount() == BATCH_ROWS) {
          writer.write(batch);
          batch.clear();
        }
      }
      if (batch.rowCount() > 0) {
        writer.write(batch);
      }
      written = writer.finish();
    }
    return FileMetadata.deleteFileBuilder(spec)
        .ofPositionDeletes()
        .withFormat(FileFormat.PARQUET)
        .withPath(path)
        .withFileSizeInBytes(written.lengthBytes())
        .withReferencedDataFile(dataFile)
        .withMetrics(metrics(written.rowCount(), dataFile, first, last))
        .withSplitOffsets(written.splitOffsets())
        .build();
  }

  /** The bounds are whole: readers that know no referenced file take it from equal bounds. */
  private static Metrics metrics(long rows, String dataFile, long first, long last) {
    var path = Conversions.toByteBuffer(MetadataColumns.DELETE_FILE_PATH.type(), dataFile);
    return new Metrics(
        rows,
        null,
        Map.of(PATH, rows, POSITION, rows),
        Map.of(PATH, 0L, POSITION, 0L),
        null,
        Map.of(
            PATH,
            path,
            POSITION,
            Conversions.toByteBuffer(MetadataColumns.DELETE_FILE_POS.type(), first)),
        Map.of(
            PATH,
            path.duplicate(),
            POSITION,
            Conversions.toByteBuffer(MetadataColumns.DELETE_FILE_POS.type(), last)));
  }

  /**
   * Reads a file for which {@link #isWhole} holds.
   *
   * @throws CorruptionException if the content is not what was written
   */
  public static DeletionVector read(Storage storage, DeleteFile file) {
    DeletionVector.Builder deleted = DeletionVector.builder();
    try (DataFileReaders readers = new DataFileReaders(storage, CacheOptions.defaults());
        DataFileReader reader = readers.open(file.location(), file.fileSizeInBytes(), SCHEMA);
        RowScan scan = reader.scan(Projection.all(SCHEMA), 0, reader.rowCount(), null)) {
      while (scan.next()) {
        ColumnBatch batch = scan.batch();
        for (int i = 0; i < batch.rowCount(); i++) {
          if (!String.valueOf(batch.column(0).value(i)).equals(file.referencedDataFile())
              || !(batch.column(1).value(i) instanceof Long position)) {
            throw new CorruptionException(
                file.location(), -1, "holds deletes of another file than its entry says");
          }
          deleted.add(position);
        }
      }
    }
    DeletionVector read = deleted.build();
    if (read.cardinality() != file.recordCount()) {
      throw new CorruptionException(
          file.location(),
          -1,
          read.cardinality() + " deleted rows where the metadata says " + file.recordCount());
    }
    return read;
  }
}
