package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SummaryKeys;
import io.firn.testkit.ForeignState;
import io.firn.testkit.ForeignState.Row;
import io.firn.testkit.ForeignStatement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * What a table must hold that Firn writes and others write too: the precedence rules of
 * docs/foreign-commits.md as code. It knows the rows of every snapshot: of a foreign one because it
 * was told what the statement does, of one of Firn's because of its job.
 */
final class ForeignModel {

  private record Write(long key, @Nullable Row row) {}

  private final Map<Long, ForeignState> states = new HashMap<>();
  private final NavigableMap<Long, Write> writes = new TreeMap<>();
  private long flushed;

  /** A write of Firn's has been acknowledged. */
  void wrote(long sequence, long key, @Nullable Row row) {
    writes.put(sequence, new Write(key, row));
  }

  /** Takes note of the snapshots that Firn has committed. */
  void look(Table table) {
    look(table, null);
  }

  /**
   * Takes note of new snapshots.
   *
   * @param foreign what the statement has done that made the one among them which is not Firn's
   */
  void look(Table table, ForeignStatement.@Nullable Effect foreign) {
    List<Snapshot> unknown = new ArrayList<>();
    for (Snapshot snapshot : table.snapshots()) {
      if (!states.containsKey(snapshot.snapshotId())) {
        unknown.add(snapshot);
      }
    }
    unknown.sort(Comparator.comparingLong(Snapshot::sequenceNumber));
    for (Snapshot snapshot : unknown) {
      Long parent = snapshot.parentId();
      ForeignState before = parent == null ? ForeignState.EMPTY : states.get(parent);
      assertThat(before).as("the parent of %s", snapshot).isNotNull();
      states.put(snapshot.snapshotId(), made(snapshot, before, foreign));
    }
  }

  private ForeignState made(
      Snapshot snapshot, ForeignState before, ForeignStatement.@Nullable Effect foreign) {
    String job = String.valueOf(snapshot.summary().get(SummaryKeys.JOB));
    return switch (job) {
      case "flush" -> {
        long sequence = Long.parseLong(snapshot.summary().get(SummaryKeys.SEQUENCE));
        ForeignState after = withWrites(before.settled(), flushed, sequence);
        flushed = sequence;
        yield after;
      }
      case "settle" -> before.settled();
      case "compaction", "purge" -> before;
      default -> {
        assertThat(foreign).as("Who committed %s?", snapshot).isNotNull();
        yield foreign.on(before);
      }
    };
  }

  private ForeignState withWrites(ForeignState state, long after, long upTo) {
    ForeignState result = state;
    for (Write write : writes.subMap(after, false, upTo, true).values()) {
      result = result.delete(write.key());
      if (write.row() != null) {
        result = result.append(write.row());
      }
    }
    return result;
  }

  /** What an outside reader sees in a snapshot. */
  ForeignState at(long snapshotId) {
    return states.get(snapshotId);
  }

  ForeignState current(Table table) {
    return table.currentSnapshot() == null
        ? ForeignState.EMPTY
        : states.get(table.currentSnapshot().snapshotId());
  }

  /** What the engine's readers see: the table, one row per key, and the newer writes on top. */
  ForeignState engine(Table table) {
    return withWrites(current(table).settled(), flushed, Long.MAX_VALUE);
  }

  /** Rows as text under a schema, which may have come later than they. */
  static List<String> texts(ForeignState state, Schema schema) {
    List<String> texts = new ArrayList<>();
    state
        .rows()
        .values()
        .forEach(rows -> rows.forEach(row -> texts.add(row.values().text(schema.asStruct()))));
    return texts;
  }
}
