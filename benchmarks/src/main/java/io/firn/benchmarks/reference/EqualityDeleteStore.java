package io.firn.benchmarks.reference;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.WriteResult;

/**
 * Iceberg's own upserts: every update an equality delete and a row, committed every 500,000 rows.
 * It has no log: what was not committed is lost.
 */
final class EqualityDeleteStore implements Store<Record> {

  private static final int COMMIT_ROWS = 500_000;

  private final Table table;
  private EqualityDeleteWriter writer;
  private int uncommitted;

  EqualityDeleteStore(Path directory) {
    HadoopTables tables = new HadoopTables(new Configuration());
    String location = directory.toString();
    this.table =
        tables.exists(location)
            ? tables.load(location)
            : tables.create(
                ReferenceSchema.SCHEMA,
                PartitionSpec.unpartitioned(),
                Map.of(TableProperties.FORMAT_VERSION, "2"),
                location);
    this.writer = new EqualityDeleteWriter(table);
  }

  @Override
  public void insert(ReferenceRow row) {
    Unchecked.run(() -> writer.insert(row));
    commitSometimes();
  }

  @Override
  public void put(ReferenceRow row) {
    Unchecked.run(
        () -> {
          writer.deleteKey(row.k());
          writer.insert(row);
        });
    commitSometimes();
  }

  @Override
  public void delete(long key) {
    Unchecked.run(() -> writer.deleteKey(key));
    commitSometimes();
  }

  private void commitSometimes() {
    if (++uncommitted == COMMIT_ROWS) {
      commit();
    }
  }

  private void commit() {
    WriteResult written = Unchecked.get(writer::complete);
    RowDelta delta = table.newRowDelta();
    for (DataFile file : written.dataFiles()) {
      delta.addRows(file);
    }
    for (DeleteFile file : written.deleteFiles()) {
      delta.addDeletes(file);
    }
    delta.commit();
    writer = new EqualityDeleteWriter(table);
    uncommitted = 0;
  }

  @Override
  public void acknowledge() {}

  @Override
  public void settle() {
    commit();
  }

  /** Iceberg has none of its own outside Spark and Flink: all live rows are written anew. */
  @Override
  public void compact() {
    Unchecked.run(
        () -> {
          Set<DataFile> oldFiles = new HashSet<>();
          Set<DeleteFile> oldDeletes = new HashSet<>();
          try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
              oldFiles.add(task.file());
              oldDeletes.addAll(task.deletes());
            }
          }
          EqualityDeleteWriter compacted = new EqualityDeleteWriter(table);
          try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            for (Record row : rows) {
              compacted.insert(row);
            }
          }
          // Deletes up to here are in the rows that were read; without this all of them count as
          // new.
          RewriteFiles rewrite =
              table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId());
          oldFiles.forEach(rewrite::deleteFile);
          oldDeletes.forEach(rewrite::deleteFile);
          for (DataFile file : compacted.complete().dataFiles()) {
            rewrite.addFile(file);
          }
          rewrite.commit();
        });
  }

  @Override
  public StoreReader<Record> reader() {
    table.refresh();
    return new GenericsReader(table);
  }

  @Override
  public long liveBytes() {
    Map<String, Long> lengths = new HashMap<>();
    Unchecked.run(
        () -> {
          try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
              lengths.put(task.file().location(), task.file().fileSizeInBytes());
              task.deletes().forEach(file -> lengths.put(file.location(), file.fileSizeInBytes()));
            }
          }
        });
    return lengths.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {
    Unchecked.run(writer::abort);
  }
}
