package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.catalog.SummaryKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What a table must hold that Firn writes and others write too: the precedence rules of
 * docs/foreign-commits.md as code. It knows the rows of every snapshot: of a foreign one because it
 * was told what the statement does, of one of Firn's because of its job.
 */
final class ForeignModel {

  /** A row as it was written, by field id. */
  record Row(long id, Map<Integer, Object> values) {

    static Row of(Record row) {
      Map<Integer, Object> values = new HashMap<>();
      List<NestedField> fields = row.struct().fields();
      for (int i = 0; i < fields.size(); i++) {
        values.put(fields.get(i).fieldId(), row.get(i));
      }
      return new Row((Long) row.getField("id"), values);
    }

    Object version() {
      return values.get(VERSION);
    }
  }

  /** The rows of a snapshot; of a key that is there more than once the newest is the last. */
  record State(NavigableMap<Long, List<Row>> rows) {

    static final State EMPTY = new State(new TreeMap<>());

    State change(UnaryOperator<List<Row>> change, long key) {
      NavigableMap<Long, List<Row>> changed = new TreeMap<>(rows);
      List<Row> now = change.apply(new ArrayList<>(rows.getOrDefault(key, List.of())));
      if (now.isEmpty()) {
        changed.remove(key);
      } else {
        changed.put(key, now);
      }
      return new State(changed);
    }

    State append(Row row) {
      return change(
          present -> {
            present.add(row);
            return present;
          },
          row.id());
    }

    State without(Predicate<Long> deleted) {
      NavigableMap<Long, List<Row>> changed = new TreeMap<>(rows);
      changed.keySet().removeIf(deleted);
      return new State(changed);
    }

    State delete(long key) {
      return change(present -> List.of(), key);
    }

    State deleteRow(Record row) {
      Object version = row.getField("version");
      return change(
          present -> {
            present.removeIf(one -> one.version().equals(version));
            return present;
          },
          (Long) row.getField("id"));
    }

    /** This with the difference of two others. */
    State with(State before, State after) {
      State result = this;
      for (Row row : before.all()) {
        if (!after.all().contains(row)) {
          result = result.change(present -> without(present, row), row.id());
        }
      }
      for (Row row : after.all()) {
        if (!before.all().contains(row)) {
          result = result.append(row);
        }
      }
      return result;
    }

    private static List<Row> without(List<Row> rows, Row row) {
      rows.remove(row);
      return rows;
    }

    private List<Row> all() {
      return rows.values().stream().flatMap(List::stream).toList();
    }

    boolean repeatsKeys() {
      return rows.values().stream().anyMatch(present -> present.size() > 1);
    }

    /** One row per key: the newest commit wins. */
    State settled() {
      NavigableMap<Long, List<Row>> settled = new TreeMap<>();
      rows.forEach((key, present) -> settled.put(key, List.of(present.get(present.size() - 1))));
      return new State(settled);
    }
  }

  private record Write(long key, @Nullable Row row) {}

  static final int VERSION = 4;

  private final Map<Long, State> states = new HashMap<>();
  private final NavigableMap<Long, Write> writes = new TreeMap<>();
  private long flushed;

  /** A write of Firn's has been acknowledged. */
  void wrote(long sequence, long key, @Nullable Row row) {
    writes.put(sequence, new Write(key, row));
  }

  /** What a statement has made of the table it was run on. */
  record Effect(State before, State after, Predicate<Long> deleted) {

    /** The same on another state, since commits of ours may have come between. */
    State on(State base) {
      if (base.equals(before)) {
        return after;
      }
      return base.without(deleted).with(before.without(deleted), after);
    }
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
  void look(Table table, @Nullable Effect foreign) {
    List<Snapshot> unknown = new ArrayList<>();
    for (Snapshot snapshot : table.snapshots()) {
      if (!states.containsKey(snapshot.snapshotId())) {
        unknown.add(snapshot);
      }
    }
    unknown.sort(Comparator.comparingLong(Snapshot::sequenceNumber));
    for (Snapshot snapshot : unknown) {
      Long parent = snapshot.parentId();
      State before = parent == null ? State.EMPTY : states.get(parent);
      assertThat(before).as("the parent of %s", snapshot).isNotNull();
      states.put(snapshot.snapshotId(), made(snapshot, before, foreign));
    }
  }

  private State made(Snapshot snapshot, State before, @Nullable Effect foreign) {
    String job = String.valueOf(snapshot.summary().get(SummaryKeys.JOB));
    return switch (job) {
      case "flush" -> {
        long sequence = Long.parseLong(snapshot.summary().get(SummaryKeys.SEQUENCE));
        State after = withWrites(before.settled(), flushed, sequence);
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

  private State withWrites(State state, long after, long upTo) {
    State result = state;
    for (Write write : writes.subMap(after, false, upTo, true).values()) {
      result = result.delete(write.key());
      if (write.row() != null) {
        result = result.append(write.row());
      }
    }
    return result;
  }

  /** What an outside reader sees in a snapshot. */
  State at(long snapshotId) {
    return states.get(snapshotId);
  }

  State current(Table table) {
    return table.currentSnapshot() == null
        ? State.EMPTY
        : states.get(table.currentSnapshot().snapshotId());
  }

  /** What the engine's readers see: the table, one row per key, and the newer writes on top. */
  State engine(Table table) {
    return withWrites(current(table).settled(), flushed, Long.MAX_VALUE);
  }

  /** Rows as text under a schema, which may have come later than they. */
  static List<String> texts(State state, Schema schema) {
    List<String> texts = new ArrayList<>();
    state.rows().values().forEach(rows -> rows.forEach(row -> texts.add(text(row, schema))));
    return texts;
  }

  private static String text(Row row, Schema schema) {
    StringBuilder text = new StringBuilder();
    for (NestedField field : schema.columns()) {
      Object value =
          row.values().containsKey(field.fieldId())
              ? row.values().get(field.fieldId())
              : field.initialDefault();
      text.append(field.name()).append('=').append(value(field, value)).append(' ');
    }
    return text.toString();
  }

  static String text(StructLike row, Schema schema) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < schema.columns().size(); i++) {
      NestedField field = schema.columns().get(i);
      Object value = row.get(i, Object.class);
      text.append(field.name()).append('=').append(value(field, value)).append(' ');
    }
    return text.toString();
  }

  private static @Nullable Object value(NestedField field, @Nullable Object value) {
    return value instanceof Integer number && field.type().typeId() == TypeID.LONG
        ? Long.valueOf(number)
        : value;
  }
}
