package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;

/** Answers reads from a given state of the table. Immutable, for one schema. */
final class TableReads {

  private final TableSchema schema;
  private final Projections projections;
  private final PointReader points;
  private final TableStore store;
  private final TableState state;
  private final ScanWorkers scans;

  TableReads(TableSchema schema, EngineParts parts) {
    this.schema = schema;
    this.projections = new Projections(schema);
    this.points = new PointReader(schema, projections.all());
    this.store = parts.store();
    this.state = parts.state();
    this.scans = parts.scans();
  }

  TableSchema schema() {
    return schema;
  }

  List<String> keyColumns() {
    return schema.keyFields().stream().map(NestedField::name).toList();
  }

  Optional<Record> get(ReadState state, Object... key) {
    return points.get(state, schema.keys().encode(key));
  }

  List<Optional<Record>> multiGet(ReadState state, List<? extends List<?>> keys) {
    List<byte[]> encoded = new ArrayList<>(keys.size());
    for (List<?> key : keys) {
      encoded.add(schema.keys().encode(key.toArray()));
    }
    List<Optional<Record>> found = new ArrayList<>(keys.size());
    for (byte[] key : encoded) {
      found.add(points.get(state, key));
    }
    return found;
  }

  /**
   * A scan of the states that a supplier acquires, one for each time the scan is read.
   *
   * @param states throws if there is nothing to read any more
   */
  Scan scan(Supplier<ReadState> states) {
    return new ScanBuilder(
        ScanRequest.all(schema),
        request -> {
          ReadState state = states.get();
          if (request.snapshotId().isPresent()) {
            state.close();
            state = committed(request.snapshotId().getAsLong());
          }
          return ScanPlanner.open(request, state, projections, scans);
        },
        store);
  }

  /** The state of one Iceberg snapshot, without any memtable. */
  private ReadState committed(long snapshotId) {
    Version version = store.versionAt(snapshotId);
    FileSet files = state.open(version);
    return new ReadState(
        new SuperVersion(new SchemaMemtable(new Memtable(0), schema), List.of(), files),
        version.flushedSequence());
  }
}
