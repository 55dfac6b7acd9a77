package io.firn.cli.internal.verify;

import io.firn.catalog.TableLocation;
import io.firn.catalog.TableStore;
import io.firn.engine.Finding;
import io.firn.engine.FirnTable;
import io.firn.engine.TableVerifier.Depth;
import io.firn.error.StorageException;
import io.firn.storage.LocalStorage;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Reads one snapshot twice, by the engine and by Iceberg's generic reader, and compares the rows:
 * the key columns, or all of them.
 */
public final class ViewComparison {

  private ViewComparison() {}

  /**
   * Compares the two views. Empty if they are the same; what keeps a view from being read is a
   * finding too.
   */
  public static Optional<Finding> compare(
      TableLocation location, FirnTable.Builder builder, long snapshotId, Depth depth) {
    RowDigest seenByEngine = new RowDigest();
    RowDigest seenByIceberg = new RowDigest();
    try (TableStore store = TableStore.open(location, new LocalStorage());
        FirnTable engine = builder.openReadOnly()) {
      Schema projection = projection(engine, depth);
      int columns = projection.columns().size();
      String[] names = projection.columns().stream().map(NestedField::name).toArray(String[]::new);
      read(
          engine.scan().asOf(snapshotId).unordered().select(names).records(),
          row -> seenByEngine.add(row, columns));
      read(iceberg(store.table(), snapshotId, projection), row -> seenByIceberg.add(row, columns));
    } catch (RuntimeException e) {
      return Optional.of(
          finding(location, "snapshot " + snapshotId + " cannot be read: " + e.getMessage()));
    }
    if (seenByEngine.sameAs(seenByIceberg)) {
      return Optional.empty();
    }
    return Optional.of(
        finding(
            location,
            String.format(
                "in snapshot %d the engine reads %d rows and Iceberg %d%s",
                snapshotId,
                seenByEngine.rows(),
                seenByIceberg.rows(),
                seenByEngine.rows() == seenByIceberg.rows() ? " other ones" : "")));
  }

  private static Finding finding(TableLocation location, String what) {
    return new Finding(Finding.Severity.ERROR, location.toString(), what);
  }

  private static CloseableIterable<Record> iceberg(
      Table table, long snapshotId, Schema projection) {
    return IcebergGenerics.read(table)
        .useSnapshot(snapshotId)
        .project(projection)
        .reuseContainers()
        .build();
  }

  private static void read(
      CloseableIterable<Record> rows, java.util.function.Consumer<Record> consumer) {
    try (rows) {
      rows.forEach(consumer);
    } catch (IOException e) {
      throw new StorageException("Cannot close a scan: " + e.getMessage(), e);
    }
  }

  private static Schema projection(FirnTable engine, Depth depth) {
    if (depth == Depth.EVERYTHING) {
      return engine.schema();
    }
    Set<Integer> ids =
        engine.keyColumns().stream()
            .map(name -> engine.schema().findField(name).fieldId())
            .collect(Collectors.toSet());
    return TypeUtil.select(engine.schema(), ids);
  }
}
