package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.engine.internal.wal.LogVisitor;
import io.firn.engine.internal.wal.Recovery;
import io.firn.engine.internal.wal.WalOptions;
import io.firn.engine.internal.wal.WriteAheadLog;
import io.firn.error.SchemaMismatchException;
import io.firn.format.TableSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds memtables from the log: one for each segment, so that its flush releases the segment.
 */
final class LogSetup implements LogVisitor {

  private static final Logger LOG = LoggerFactory.getLogger(LogSetup.class);

  private final TableStore store;
  private final Map<Long, SchemaMemtable> bySegment = new HashMap<>();
  private @Nullable Memtable current;

  private LogSetup(TableStore store) {
    this.store = store;
  }

  static WalOptions options(FirnOptions options, int schemaId, long epoch) {
    return WalOptions.standard(schemaId, epoch)
        .withSyncInterval(Duration.ofMillis(options.value(OptionKey.WAL_SYNC_INTERVAL_MILLIS)));
  }

  /**
   * Replays what the table does not have yet. The memtables come back oldest first, waiting for
   * their flush.
   */
  static List<PendingFlush> recover(WriteAheadLog log, TableStore store) {
    LogSetup setup = new LogSetup(store);
    Recovery recovery = log.recover(store.version().flushedSequence() + 1, setup);
    List<PendingFlush> pending = new ArrayList<>();
    for (Recovery.Segment segment : recovery.segments()) {
      SchemaMemtable rows = setup.bySegment.get(segment.number());
      if (rows != null && rows.memtable().count() > 0) {
        pending.add(new PendingFlush(rows, segment.number(), rows.memtable().lastSequence()));
      }
    }
    if (recovery.operations() > 0) {
      LOG.info(
          "recovered operations={} sequence={} segments={} droppedBytes={}",
          recovery.operations(),
          recovery.lastSequence(),
          pending.size(),
          recovery.droppedBytes());
    }
    return pending;
  }

  @Override
  public void segment(long number, int schemaId) {
    current =
        bySegment
            .computeIfAbsent(
                number,
                key -> new SchemaMemtable(new Memtable(bySegment.size()), schema(number, schemaId)))
            .memtable();
  }

  /** The schema under which a segment's rows were encoded, which the table's metadata keeps. */
  private TableSchema schema(long segment, int schemaId) {
    Version version = store.version();
    if (schemaId == version.schemaId()) {
      return version.schema();
    }
    Schema earlier = store.table().schemas().get(schemaId);
    if (earlier == null) {
      throw new SchemaMismatchException(
          "Segment "
              + segment
              + " of the log was written under schema "
              + schemaId
              + ", which the table at "
              + store.location()
              + " does not have");
    }
    return TableSchema.of(
        earlier, version.schema().keyFields().stream().map(NestedField::fieldId).toList());
  }

  @Override
  public void operation(
      long sequence, OpKind kind, byte[] array, int keyOffset, int keyLength, int rowLength) {
    Memtable memtable = current;
    if (memtable == null) {
      throw new IllegalStateException("An operation outside of any segment");
    }
    memtable.insert(array, keyOffset, keyLength, rowLength, sequence, kind);
  }
}
