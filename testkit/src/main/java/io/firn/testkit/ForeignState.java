package io.firn.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a snapshot as an outside reader sees them. Iceberg knows no primary key, so a key may
 * be there more than once; the newest of its rows is the last.
 *
 * @param rows by key; no list is empty
 */
public record ForeignState(NavigableMap<Long, List<Row>> rows) {

  /** No rows. */
  public static final ForeignState EMPTY = new ForeignState(new TreeMap<>());

  /** The id of the column that no two rows share. */
  public static final int VERSION = 4;

  /** A row as it was written. */
  public record Row(long id, EvolvedRow values) {

    /** A row with the key {@code id} and a {@link #VERSION}. */
    public static Row of(Record row) {
      return new Row((Long) row.getField("id"), EvolvedRow.of(row, row.struct()));
    }

    private @Nullable Object version() {
      return values.values().get(VERSION);
    }
  }

  private ForeignState change(UnaryOperator<List<Row>> change, long key) {
    NavigableMap<Long, List<Row>> changed = new TreeMap<>(rows);
    List<Row> now = change.apply(new ArrayList<>(rows.getOrDefault(key, List.of())));
    if (now.isEmpty()) {
      changed.remove(key);
    } else {
      changed.put(key, now);
    }
    return new ForeignState(changed);
  }

  /** With one more row, the newest of its key. */
  public ForeignState append(Row row) {
    return change(
        present -> {
          present.add(row);
          return present;
        },
        row.id());
  }

  /** Without all rows of the keys. */
  public ForeignState without(Predicate<Long> deleted) {
    NavigableMap<Long, List<Row>> changed = new TreeMap<>(rows);
    changed.keySet().removeIf(deleted);
    return new ForeignState(changed);
  }

  /** Without all rows of a key. */
  public ForeignState delete(long key) {
    return change(present -> List.of(), key);
  }

  /** Without the one row that has the version of this one. */
  public ForeignState deleteRow(Record row) {
    Object version = row.getField("version");
    return change(
        present -> {
          present.removeIf(one -> Objects.equals(one.version(), version));
          return present;
        },
        (Long) row.getField("id"));
  }

  /** This with the difference of two others. */
  public ForeignState with(ForeignState before, ForeignState after) {
    ForeignState result = this;
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

  /** Whether a key is there more than once. */
  public boolean repeatsKeys() {
    return rows.values().stream().anyMatch(present -> present.size() > 1);
  }

  /** One row per key: the newest commit wins. */
  public ForeignState settled() {
    NavigableMap<Long, List<Row>> settled = new TreeMap<>();
    rows.forEach((key, present) -> settled.put(key, List.of(present.get(present.size() - 1))));
    return new ForeignState(settled);
  }
}
