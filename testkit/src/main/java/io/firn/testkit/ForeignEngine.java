package io.firn.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Another engine on the same table: writes and commits by Iceberg's own API what Spark, Flink and
 * Trino do by their statements. Rows keep their lineage when files are rewritten, as the
 * specification asks. A statement is planned on the table as {@link #table()} last saw it. One
 * thread at a time.
 */
public final class ForeignEngine {

  /** A live row, where it stands, and its lineage. */
  public record FileRow(DataFile file, long position, Record row, long rowId, long lastUpdated) {}

  private final Table table;
  private int files;

  /** On a table that this alone refreshes. */
  public ForeignEngine(Table table) {
    this.table = table;
  }

  /** The table as it is now. */
  public Table table() {
    table.refresh();
    return table;
  }

  /** The table as it was last seen: what statements are planned on. */
  public Table planned() {
    return table;
  }

  /** Every live row, one for each time that a key is there. */
  public List<FileRow> rows() {
    List<FileRow> rows = new ArrayList<>();
    for (FileScanTask task : tasks()) {
      rows.addAll(rows(task));
    }
    return rows;
  }

  /** The live data files, by path. */
  public List<DataFile> dataFiles() {
    return tasks().stream().map(FileScanTask::file).toList();
  }

  private List<FileScanTask> tasks() {
    try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
      List<FileScanTask> tasks = new ArrayList<>();
      planned.forEach(tasks::add);
      tasks.sort((a, b) -> a.file().location().compareTo(b.file().location()));
      return tasks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<FileRow> rows(FileScanTask task) {
    List<NestedField> fields = new ArrayList<>(table.schema().columns());
    int columns = fields.size();
    fields.add(MetadataColumns.ROW_POSITION);
    fields.add(MetadataColumns.ROW_ID);
    fields.add(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    GenericDeleteFilter deletes =
        new GenericDeleteFilter(table.io(), task, table.schema(), new Schema(fields));
    Long firstRowId = task.file().firstRowId();
    Map<Integer, Object> inherited =
        Map.of(
            MetadataColumns.ROW_ID.fieldId(),
            firstRowId == null ? 0L : firstRowId,
            MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId(),
            task.file().dataSequenceNumber());
    List<FileRow> rows = new ArrayList<>();
    try (CloseableIterable<Record> read =
            Parquet.read(table.io().newInputFile(task.file().location()))
                .project(deletes.requiredSchema())
                .createReaderFunc(
                    schema ->
                        GenericParquetReaders.buildReader(
                            deletes.requiredSchema(), schema, inherited))
                .build();
        CloseableIterable<Record> live = deletes.filter(read)) {
      for (Record found : live) {
        Record row = GenericRecord.create(table.schema());
        for (int i = 0; i < columns; i++) {
          row.set(i, found.get(i));
        }
        rows.add(
            new FileRow(
                task.file(),
                (Long) found.get(columns),
                row,
                rowsHaveIds() ? (Long) found.get(columns + 1) : 0,
                rowsHaveIds() ? (Long) found.get(columns + 2) : 0));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** A new file with new rows, in the order given. */
  public DataFile write(List<? extends Record> rows) {
    return write(table.schema(), rows);
  }

  /** Row ids, and deletion vectors with them, came with format version 3. */
  public boolean rowsHaveIds() {
    return TableUtil.formatVersion(table) >= 3;
  }

  /** A new file with rows that were there before and keep their lineage, if they have one. */
  public DataFile move(List<FileRow> moved, List<? extends Record> updated) {
    if (!rowsHaveIds()) {
      List<Record> all = new ArrayList<>();
      moved.forEach(row -> all.add(row.row()));
      all.addAll(updated);
      return write(all);
    }
    List<NestedField> fields = new ArrayList<>(table.schema().columns());
    fields.add(MetadataColumns.ROW_ID);
    fields.add(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    Schema schema = new Schema(fields);
    List<Record> rows = new ArrayList<>();
    for (FileRow row : moved) {
      Record copy = withLineage(schema, row.row());
      copy.set(fields.size() - 2, row.rowId());
      copy.set(fields.size() - 1, row.lastUpdated());
      rows.add(copy);
    }
    updated.forEach(row -> rows.add(withLineage(schema, row)));
    return write(schema, rows);
  }

  private static Record withLineage(Schema schema, Record row) {
    Record copy = GenericRecord.create(schema);
    for (int i = 0; i < row.size(); i++) {
      copy.set(i, row.get(i));
    }
    return copy;
  }

  private DataFile write(Schema schema, List<? extends Record> rows) {
    String path = newPath(".parquet");
    FileAppender<Record> appender;
    try {
      appender =
          Parquet.write(table.io().newOutputFile(path))
              .schema(schema)
              .createWriterFunc(GenericParquetWriter::create)
              .metricsConfig(MetricsConfig.forTable(table))
              .build();
      try (appender) {
        appender.addAll(List.copyOf(rows));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DataFiles.builder(table.spec())
        .withPath(path)
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(appender.length())
        .withMetrics(appender.metrics())
        .build();
  }

  private String newPath(String suffix) {
    return table.location() + "/data/%05d-%s%s".formatted(files++, UUID.randomUUID(), suffix);
  }

  /** {@code INSERT}. */
  public void append(DataFile... added) {
    var append = table.newAppend();
    for (DataFile file : added) {
      append.appendFile(file);
    }
    append.commit();
  }

  /** {@code DELETE}, {@code UPDATE} and {@code MERGE}, merge-on-read. */
  public void replaceRows(Predicate<FileRow> deleted, List<DataFile> added) {
    if (!rowsHaveIds()) {
      replaceRowsByPosition(deleted, added);
      return;
    }
    Snapshot base = table.currentSnapshot();
    Map<String, FileScanTask> byPath = new HashMap<>();
    tasks().forEach(task -> byPath.put(task.file().location(), task));
    BaseDVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, 1, 1).format(FileFormat.PUFFIN).build(),
            path -> {
              FileScanTask planned = byPath.get(path);
              if (planned == null) {
                throw new ValidationException("%s came after the statement was planned", path);
              }
              List<DeleteFile> vectors =
                  planned.deletes().stream()
                      .filter(file -> file.format() == FileFormat.PUFFIN)
                      .toList();
              return vectors.isEmpty()
                  ? null
                  : new BaseDeleteLoader(file -> table.io().newInputFile(file.location()))
                      .loadPositionDeletes(vectors, path);
            });
    try (writer) {
      rows().stream()
          .filter(deleted)
          .forEach(row -> writer.delete(row.file().location(), row.position(), table.spec(), null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DeleteWriteResult result = writer.result();
    RowDelta delta =
        table
            .newRowDelta()
            .validateFromSnapshot(base.snapshotId())
            .validateDataFilesExist(result.referencedDataFiles())
            .validateDeletedFiles();
    added.forEach(delta::addRows);
    result.deleteFiles().forEach(delta::addDeletes);
    writer.result().rewrittenDeleteFiles().forEach(delta::removeDeletes);
    delta.commit();
  }

  /** The same in format version 2, in one file of positions for all data files. */
  private void replaceRowsByPosition(Predicate<FileRow> deleted, List<DataFile> added) {
    Snapshot base = table.currentSnapshot();
    List<FileRow> rows = rows().stream().filter(deleted).toList();
    RowDelta delta =
        table
            .newRowDelta()
            .validateFromSnapshot(base.snapshotId())
            .validateDataFilesExist(rows.stream().map(row -> row.file().location()).toList())
            .validateDeletedFiles();
    if (!rows.isEmpty()) {
      delta.addDeletes(writePositions(rows));
    }
    added.forEach(delta::addRows);
    delta.commit();
  }

  private DeleteFile writePositions(List<FileRow> rows) {
    try {
      PositionDeleteWriter<Record> writer =
          Parquet.writeDeletes(table.io().newOutputFile(newPath("-positions.parquet")))
              .metricsConfig(MetricsConfig.forPositionDelete())
              .withSpec(table.spec())
              .buildPositionWriter();
      try (writer) {
        for (FileRow row : rows) {
          writer.write(PositionDelete.<Record>create().set(row.file().location(), row.position()));
        }
      }
      return writer.toDeleteFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code DELETE}, {@code UPDATE} and {@code MERGE}, copy-on-write. */
  public void replaceFiles(Collection<DataFile> removed, List<DataFile> added) {
    Snapshot base = table.currentSnapshot();
    OverwriteFiles overwrite =
        table.newOverwrite().validateFromSnapshot(base.snapshotId()).validateNoConflictingDeletes();
    removed.forEach(overwrite::deleteFile);
    added.forEach(overwrite::addFile);
    overwrite.commit();
  }

  /** {@code CALL rewrite_data_files}. */
  public void compact(Collection<DataFile> removed, List<DataFile> added) {
    Snapshot base = table.currentSnapshot();
    Set<String> paths = new HashSet<>();
    removed.forEach(file -> paths.add(file.location()));
    RewriteFiles rewrite =
        table
            .newRewrite()
            .validateFromSnapshot(base.snapshotId())
            .dataSequenceNumber(base.sequenceNumber());
    removed.forEach(rewrite::deleteFile);
    added.forEach(rewrite::addFile);
    rewrite.commit();
  }

  /** Flink's upsert: equality deletes on the key, and rows of the same commit beside them. */
  public void upsert(List<? extends Record> keys, List<DataFile> added) {
    Schema schema = table.schema();
    Schema keySchema =
        new Schema(
            schema.columns().stream()
                .filter(field -> schema.identifierFieldIds().contains(field.fieldId()))
                .toList());
    EqualityDeleteWriter<Record> writer;
    try {
      writer =
          Parquet.writeDeletes(table.io().newOutputFile(newPath("-deletes.parquet")))
              .forTable(table)
              .rowSchema(keySchema)
              .createWriterFunc(GenericParquetWriter::create)
              .withSpec(table.spec())
              .equalityFieldIds(List.copyOf(schema.identifierFieldIds()))
              .buildEqualityWriter();
      try (writer) {
        for (Record row : keys) {
          Record key = GenericRecord.create(keySchema);
          keySchema
              .columns()
              .forEach(field -> key.setField(field.name(), row.getField(field.name())));
          writer.write(key);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RowDelta delta = table.newRowDelta().addDeletes(writer.toDeleteFile());
    added.forEach(delta::addRows);
    delta.commit();
  }

  /** The paths of files. */
  public static Set<String> paths(Collection<? extends ContentFile<?>> files) {
    Set<String> paths = new HashSet<>();
    files.forEach(file -> paths.add(file.location()));
    return paths;
  }
}
