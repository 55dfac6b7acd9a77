package io.firn.reliability;

import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** A table by path as an engine sees it that knows Iceberg and nothing of Firn. */
final class OutsideView {

  private static final Pattern VERSION = Pattern.compile("v([0-9]+)\\.metadata\\.json");

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
    String newest = "";
    int version = 0;
    for (Storage.FileStatus file : storage.list(StoragePaths.join(directory, "metadata"))) {
      Matcher matcher = VERSION.matcher(StoragePaths.name(file.path()));
      if (matcher.matches() && Integer.parseInt(matcher.group(1)) > version) {
        version = Integer.parseInt(matcher.group(1));
        newest = file.path();
      }
    }
    return version == 0
        ? Optional.empty()
        : Optional.of(
            new OutsideView(
                new BaseTable(
                    new StaticTableOperations(newest, new StorageFiles(storage)), directory)));
  }

  Iterable<Snapshot> snapshots() {
    return table.snapshots();
  }

  /** The names of the data files and deletion vectors that any snapshot needs. */
  Set<String> fileNames() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      try (CloseableIterable<FileScanTask> tasks =
          table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
        for (FileScanTask task : tasks) {
          names.add(StoragePaths.name(task.file().location()));
          task.deletes().forEach(delete -> names.add(StoragePaths.name(delete.location())));
        }
      }
    }
    return names;
  }

  /** The rows of a snapshot by key. */
  NavigableMap<Long, Record> rows(long snapshot) {
    List<Record> read = Rows.all(IcebergGenerics.read(table).useSnapshot(snapshot).build());
    NavigableMap<Long, Record> rows = new TreeMap<>();
    for (Record row : read) {
      Record twice = rows.put((Long) row.getField("id"), Rows.columns(row));
      if (twice != null) {
        throw new AssertionError(
            "Snapshot " + snapshot + " has key " + row.getField("id") + " twice");
      }
    }
    return rows;
  }
}
