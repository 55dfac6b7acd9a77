package io.firn.reliability;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** A table by path as an engine sees it that knows Iceberg and nothing of Firn. */
final class OutsideView {

  private final Table table;

  private OutsideView(Table table) {
    this.table = table;
  }

  /** Reads the newest metadata; the outside reader of a table that nobody commits to. */
  static OutsideView of(Storage storage, String directory) throws IOException {
    return find(storage, directory).orElseThrow();
  }

  /** The same, if there is a table. */
  static Optional<OutsideView> find(Storage storage, String directory) throws IOException {
    PathOperations operations = new PathOperations(storage, directory);
    return operations.exists()
        ? Optional.of(new OutsideView(new BaseTable(operations, directory)))
        : Optional.empty();
  }

  Iterable<Snapshot> snapshots() {
    return table.snapshots();
  }

  /** The schema that was the table's when a snapshot was committed. */
  Schema schema(Snapshot snapshot) {
    return Objects.requireNonNull(table.schemas().get(snapshot.schemaId()));
  }

  /** The names of the data files and deletion vectors that any snapshot needs. */
  Set<String> fileNames() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      addFiles(snapshot, path -> names.add(StoragePaths.name(path)));
    }
    return names;
  }

  private void addFiles(Snapshot snapshot, Consumer<String> paths) throws IOException {
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        paths.accept(task.file().location());
        task.deletes().forEach(delete -> paths.accept(delete.location()));
      }
    }
  }

  /** All files that a snapshot needs, those of its metadata included. */
  Set<String> files(Snapshot snapshot) throws IOException {
    Set<String> paths = new TreeSet<>();
    addFiles(snapshot, paths::add);
    snapshot.allManifests(table.io()).forEach(manifest -> paths.add(manifest.path()));
    paths.add(snapshot.manifestListLocation());
    return paths;
  }

  /** The rows of a snapshot as they come; they may have more columns than asked for. */
  List<Record> records(long snapshot) {
    return Rows.all(IcebergGenerics.read(table).useSnapshot(snapshot).build());
  }

  /** The rows of a snapshot by key. */
  NavigableMap<Long, Record> rows(long snapshot) {
    NavigableMap<Long, Record> rows = new TreeMap<>();
    for (Record row : records(snapshot)) {
      Record twice = rows.put((Long) row.getField("id"), Rows.columns(row));
      if (twice != null) {
        throw new AssertionError(
            "Snapshot " + snapshot + " has key " + row.getField("id") + " twice");
      }
    }
    return rows;
  }
}
