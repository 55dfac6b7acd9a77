package io.firn.engine.internal.verify;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.LiveFile;
import io.firn.catalog.PositionDeletes;
import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.error.FirnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.SeekableInputStream;

/** Compares what Iceberg plans and reads of the deletes with what the engine's version says. */
public final class IcebergView {

  private final TableStore store;
  private final Version version;
  private final Findings findings;

  public IcebergView(TableStore store, Version version, Findings findings) {
    this.store = store;
    this.version = version;
    this.findings = findings;
  }

  /** Checks, and returns Iceberg's plan by path: entries with the statistics of all columns. */
  public Map<String, FileScanTask> check() {
    Map<String, FileScanTask> planned = new HashMap<>();
    if (version.snapshotId() == Version.NO_SNAPSHOT) {
      return planned;
    }
    Table table = store.table();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(version.snapshotId()).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        String path = task.file().location();
        if (planned.put(path, task) != null) {
          findings.error(path, "is in the table twice");
        }
      }
    } catch (IOException | UncheckedIOException e) {
      findings.error(store.location(), "Iceberg cannot plan a scan: " + e);
    } catch (org.apache.iceberg.exceptions.ValidationException e) {
      // Two deletion vectors for one file end here: such a table opens for nobody.
      findings.error(store.location(), "Iceberg refuses to plan a scan: " + e.getMessage());
    }
    for (LiveFile file : version.files().values()) {
      FileScanTask task = planned.get(file.path());
      if (task == null) {
        findings.error(file.path(), "is in the engine's version and not in Iceberg's plan");
      } else {
        deletes(table, file, task.deletes());
      }
    }
    for (String path : planned.keySet()) {
      if (version.file(path) == null) {
        findings.error(path, "is in Iceberg's plan and not in the engine's version");
      }
    }
    return planned;
  }

  private void deletes(Table table, LiveFile file, List<DeleteFile> all) {
    List<DeleteFile> deletes = all.stream().filter(delete -> isWhole(file, delete)).toList();
    if (deletes.size() < all.size()) {
      findings.warning(
          file.path(),
          "has deletes of another engine's; the next commit of the table's writer takes"
              + " them over");
    }
    long expected = file.deleted().cardinality();
    if (deletes.isEmpty()) {
      if (expected != 0) {
        findings.error(file.path(), "has " + expected + " deleted rows that Iceberg does not see");
      }
      return;
    }
    if (deletes.size() > 1) {
      findings.error(file.path(), "has " + deletes.size() + " deletion vectors; it may have one");
      return;
    }
    DeleteFile vector = deletes.get(0);
    if (!file.path().equals(vector.referencedDataFile())) {
      findings.error(
          vector.location(), "serves " + file.path() + " and names " + vector.referencedDataFile());
    }
    try {
      compare(file, vector, read(table, vector));
    } catch (IOException | UncheckedIOException | IllegalArgumentException | FirnException e) {
      findings.error(
          vector.location(), "the deletion vector of " + file.path() + " is unreadable: " + e);
    }
  }

  /** A deletion vector, or the file that stands for one in format version 2. */
  private static boolean isWhole(LiveFile file, DeleteFile delete) {
    DeleteFile ours = file.dvFile();
    return delete.format() == FileFormat.PUFFIN
        || (ours != null && ours.location().equals(delete.location()));
  }

  private DeletionVector read(Table table, DeleteFile vector) throws IOException {
    if (vector.format() != FileFormat.PUFFIN) {
      return PositionDeletes.read(store.files(), vector);
    }
    Long offset = vector.contentOffset();
    Long length = vector.contentSizeInBytes();
    if (offset == null || length == null) {
      throw new IOException("no place within the file");
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    try (SeekableInputStream in = table.io().newInputFile(vector.location()).newStream()) {
      in.seek(offset);
      IOUtil.readFully(in, bytes, 0, bytes.length);
    }
    DeletionVector.Builder positions = DeletionVector.builder();
    PositionDeleteIndex.deserialize(bytes, vector).forEach(positions::add);
    return positions.build();
  }

  private void compare(LiveFile file, DeleteFile vector, DeletionVector iceberg) {
    if (iceberg.cardinality() != vector.recordCount()) {
      findings.error(
          vector.location(),
          "holds " + iceberg.cardinality() + " positions, its entry says " + vector.recordCount());
    }
    if (iceberg.minus(file.deleted()).cardinality() != 0
        || file.deleted().minus(iceberg).cardinality() != 0) {
      findings.error(
          vector.location(), "Iceberg and the engine read different deletes of " + file.path());
    }
    if (iceberg.nextDeleted(file.rowCount()) >= 0) {
      findings.error(
          vector.location(), "deletes rows beyond the " + file.rowCount() + " of " + file.path());
    }
  }
}
