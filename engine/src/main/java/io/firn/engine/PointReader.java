package io.firn.engine;

import io.firn.engine.internal.OpKind;
import io.firn.engine.internal.memtable.Memtable;
import io.firn.format.KeyList;
import io.firn.format.KeyProbe;
import io.firn.format.Projection;
import io.firn.format.TableSchema;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.data.Record;

/**
 * Looks one key up: the active memtable, the immutable ones newest first, then the one file of each
 * sorted run that can hold it. The first answer counts; in the files there is at most one, because
 * every older version is masked.
 */
final class PointReader {

  private final TableSchema schema;
  private final Projection projection;

  /**
   * @param projection all of the schema's columns
   */
  PointReader(TableSchema schema, Projection projection) {
    this.schema = schema;
    this.projection = projection;
  }

  TableSchema schema() {
    return schema;
  }

  Optional<Record> get(ReadState state, byte[] key) {
    SuperVersion view = state.view();
    SchemaMemtable rows = view.activeRows();
    int entry = rows.memtable().find(key, state.sequence());
    List<PendingFlush> pending = view.pending();
    for (int i = pending.size() - 1; i >= 0 && entry == Memtable.ABSENT; i--) {
      rows = pending.get(i).rows();
      entry = rows.memtable().find(key, state.sequence());
    }
    if (entry != Memtable.ABSENT) {
      return rows.memtable().kind(entry) == OpKind.DELETE
          ? Optional.empty()
          : Optional.of(new MemtableRows(rows.schema(), schema).record(rows.memtable(), entry));
    }
    FileSet files = view.files();
    KeyProbe probe = KeyProbe.of(key);
    for (int run = 0; run < files.runCount(); run++) {
      FileView file = files.candidate(run, key);
      if (file != null && file.mayContain(probe)) {
        long position = find(file, key);
        if (position >= 0) {
          return Optional.of(file.reader().lookUp(position, projection, file.deleted()));
        }
      }
    }
    return Optional.empty();
  }

  /** The position of the live row with the key, or -1. */
  private static long find(FileView file, byte[] key) {
    long position = file.reader().find(key);
    if (position < 0 || !file.deleted().contains(position)) {
      return position;
    }
    if (file.reader().sorted()) {
      return -1;
    }
    // Another engine's file may hold the key again, at a position before.
    KeyList keys = new KeyList();
    keys.add(key, 0, key.length);
    long[] live = {-1};
    MaskResolver.find(keys, file, (index, found) -> live[0] = found);
    return live[0];
  }
}
