package io.firn.testkit;

import io.firn.testkit.ForeignEngine.FileRow;
import io.firn.testkit.ForeignState.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * What other engines' statements do to a table with columns id (the key), note, amount and a
 * version that no two rows share; each by Iceberg's API on the table, and what it means to the
 * model.
 */
public enum ForeignStatement {
  INSERT_NEW_KEYS {
    @Override
    ForeignState run(Call on) {
      List<Record> rows = on.rows(on.newKeys(1 + on.random.nextInt(8)));
      if (rows.isEmpty()) {
        return on.before; // no engine appends a file without rows
      }
      on.engine.append(on.engine.write(rows));
      return on.appended(on.before, rows);
    }
  },
  INSERT_EXISTING_KEYS {
    @Override
    ForeignState run(Call on) {
      // The same key may be there twice in one file, and the file is in no order.
      List<Long> keys = new ArrayList<>(on.someKeys());
      keys.addAll(on.newKeys(2));
      keys.add(keys.get(on.random.nextInt(keys.size())));
      Collections.shuffle(keys, on.random);
      List<Record> rows = on.rows(keys);
      on.engine.append(on.engine.write(rows));
      return on.appended(on.before, rows);
    }
  },
  DELETE_MERGE_ON_READ {
    @Override
    ForeignState run(Call on) {
      Set<Long> keys = on.someKeys();
      on.engine.replaceRows(row -> keys.contains(id(row.row())), List.of());
      return on.deleted(on.before, keys);
    }
  },
  DELETE_WHOLE_FILES {
    @Override
    ForeignState run(Call on) {
      List<DataFile> files = on.someFiles();
      List<FileRow> rows = on.rowsOf(files);
      on.engine.replaceFiles(files, List.of());
      ForeignState after = on.before;
      for (FileRow row : rows) {
        after = after.deleteRow(row.row());
      }
      return after;
    }
  },
  REWRITE_ROWS_COPY_ON_WRITE {
    @Override
    ForeignState run(Call on) {
      List<DataFile> files = on.someFiles();
      List<FileRow> kept = new ArrayList<>();
      List<Record> updated = new ArrayList<>();
      ForeignState after = on.before;
      for (FileRow row : on.rowsOf(files)) {
        int dice = on.random.nextInt(4);
        if (dice > 1) {
          kept.add(row);
          continue;
        }
        after = after.deleteRow(row.row());
        if (dice == 1) {
          Record changed = on.row(id(row.row()));
          updated.add(changed);
          after = after.append(Row.of(changed));
        }
      }
      on.engine.replaceFiles(
          files,
          kept.isEmpty() && updated.isEmpty() ? List.of() : List.of(on.engine.move(kept, updated)));
      return after;
    }
  },
  UPDATE_MERGE_ON_READ {
    @Override
    ForeignState run(Call on) {
      Set<Long> keys = on.someKeys();
      List<Record> updated = new ArrayList<>();
      // Of a key that is there twice both rows are updated.
      for (FileRow row : on.engine.rows()) {
        if (keys.contains(id(row.row()))) {
          updated.add(on.row(id(row.row())));
        }
      }
      on.engine.replaceRows(
          row -> keys.contains(id(row.row())),
          updated.isEmpty() ? List.of() : List.of(on.engine.write(updated)));
      return on.appended(on.deleted(on.before, keys), updated);
    }
  },
  UPSERT_BY_EQUALITY_DELETES {
    @Override
    ForeignState run(Call on) {
      Set<Long> keys = on.someKeys();
      keys.addAll(on.newKeys(1));
      List<Record> rows = on.rows(keys);
      boolean deletesOnly = on.random.nextInt(4) == 0;
      on.deletesWhateverIsThere(keys::contains);
      on.engine.upsert(rows, deletesOnly ? List.of() : List.of(on.engine.write(rows)));
      ForeignState after = on.deleted(on.before, keys);
      return deletesOnly ? after : on.appended(after, rows);
    }
  },
  OVERWRITE_THE_TABLE {
    @Override
    ForeignState run(Call on) {
      Set<Long> keys = on.someKeys();
      keys.addAll(on.newKeys(5));
      List<Record> rows = on.rows(keys);
      on.deletesWhateverIsThere(key -> true);
      on.table
          .newOverwrite()
          .overwriteByRowFilter(Expressions.alwaysTrue())
          .addFile(on.engine.write(rows))
          .commit();
      return on.appended(ForeignState.EMPTY, rows);
    }
  },
  TRUNCATE {
    @Override
    ForeignState run(Call on) {
      on.deletesWhateverIsThere(key -> true);
      on.table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
      return ForeignState.EMPTY;
    }
  },
  REWRITE_DATA_FILES {
    @Override
    ForeignState run(Call on) {
      List<DataFile> files = on.someFiles();
      List<FileRow> rows = on.rowsOf(files);
      // In any order, but rows with the same key stay as they follow each other.
      Map<Long, Integer> rank = new HashMap<>();
      rows.forEach(row -> rank.computeIfAbsent(id(row.row()), key -> on.random.nextInt()));
      boolean sorted = on.random.nextBoolean();
      rows.sort(
          (a, b) ->
              sorted
                  ? Long.compare(id(a.row()), id(b.row()))
                  : Integer.compare(
                      rank.getOrDefault(id(a.row()), 0), rank.getOrDefault(id(b.row()), 0)));
      on.engine.compact(
          files, rows.isEmpty() ? List.of() : List.of(on.engine.move(rows, List.of())));
      return on.before;
    }
  },
  REWRITE_MANIFESTS {
    @Override
    ForeignState run(Call on) {
      on.table.rewriteManifests().clusterBy(file -> "all").commit();
      return on.before;
    }
  },
  EXPIRE_SNAPSHOTS {
    @Override
    ForeignState run(Call on) {
      on.table
          .expireSnapshots()
          .expireOlderThan(Long.MAX_VALUE)
          .retainLast(1 + on.random.nextInt(3))
          .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
          .commit();
      return on.before;
    }
  },
  ROLLBACK {
    @Override
    ForeignState run(Call on) {
      List<HistoryEntry> history = on.table.history();
      long target = history.get(on.random.nextInt(history.size())).snapshotId();
      ForeignState then = on.surroundings.at(target);
      on.table.manageSnapshots().setCurrentSnapshot(target).commit();
      return then;
    }
  },
  TAG_AND_BRANCH {
    @Override
    ForeignState run(Call on) {
      long snapshot = on.table.currentSnapshot().snapshotId();
      on.table
          .manageSnapshots()
          .createTag("tag" + on.serial(), snapshot)
          .createBranch("branch" + on.serial(), snapshot)
          .commit();
      return on.before;
    }
  },
  ADD_COLUMN {
    @Override
    ForeignState run(Call on) {
      String name = "extra" + on.serial();
      // Defaults came with format version 3.
      if (on.random.nextBoolean() || !on.engine.rowsHaveIds()) {
        on.table.updateSchema().addColumn(name, Types.IntegerType.get()).commit();
      } else {
        on.table
            .updateSchema()
            .addColumn(name, Types.StringType.get(), null, Expressions.lit("default of " + name))
            .commit();
      }
      return on.before;
    }
  },
  DROP_COLUMN {
    @Override
    ForeignState run(Call on) {
      on.table.updateSchema().deleteColumn(on.someColumn()).commit();
      return on.before;
    }
  },
  RENAME_COLUMN {
    @Override
    ForeignState run(Call on) {
      on.table.updateSchema().renameColumn(on.someColumn(), "renamed" + on.serial()).commit();
      return on.before;
    }
  },
  REORDER_COLUMNS {
    @Override
    ForeignState run(Call on) {
      on.table.updateSchema().moveFirst(on.someColumn()).commit();
      return on.before;
    }
  },
  WIDEN_COLUMN {
    @Override
    ForeignState run(Call on) {
      for (NestedField field : on.table.schema().columns()) {
        if (field.type().typeId() == Type.TypeID.INTEGER) {
          on.table.updateSchema().updateColumn(field.name(), Types.LongType.get()).commit();
          break;
        }
      }
      return on.before;
    }
  },
  MAKE_COLUMN_OPTIONAL {
    @Override
    ForeignState run(Call on) {
      on.table.updateSchema().makeColumnOptional(on.someColumn()).commit();
      return on.before;
    }
  },
  SET_PROPERTY {
    @Override
    ForeignState run(Call on) {
      on.table.updateProperties().set("owner", "somebody " + on.serial()).commit();
      return on.before;
    }
  };

  /**
   * Commits the statement.
   *
   * @return what the table's current snapshot holds afterwards
   */
  abstract ForeignState run(Call on);

  /** Whether the table has other columns afterwards, or the same in another order. */
  public boolean changesSchema() {
    return switch (this) {
      case ADD_COLUMN,
          DROP_COLUMN,
          RENAME_COLUMN,
          REORDER_COLUMNS,
          WIDEN_COLUMN,
          MAKE_COLUMN_OPTIONAL ->
          true;
      default -> false;
    };
  }

  /** Whether it may put rows of other commits into a new file. */
  private boolean movesRows() {
    return this == REWRITE_ROWS_COPY_ON_WRITE || this == REWRITE_DATA_FILES;
  }

  private static long id(Record row) {
    return (Long) row.getField("id");
  }

  /** What a statement must know of the table besides its files. */
  public interface Surroundings {

    /** What the table's current snapshot holds. */
    ForeignState current();

    /** What a retained snapshot holds. */
    ForeignState at(long snapshotId);

    /** A new row, with a version that no other row has. */
    Record row(Schema schema, long key);

    /** A number not given before. */
    long serial();
  }

  /**
   * What a statement has made of the table it was run on.
   *
   * @param deleted the keys of which it deletes the rows that came after it was planned, too
   */
  public record Effect(ForeignState before, ForeignState after, Predicate<Long> deleted) {

    /** The same on another state, since commits of ours may have come between. */
    public ForeignState on(ForeignState base) {
      if (base.equals(before)) {
        return after;
      }
      return base.without(deleted).with(before.without(deleted), after);
    }
  }

  /** A statement about to run, with its dice. */
  public static final class Call {
    private final ForeignEngine engine;
    private final Table table;
    private final Surroundings surroundings;
    private final Random random;
    private final long keys;

    /** What the table holds. */
    private final ForeignState before;

    private Predicate<Long> deleted = key -> false;

    /**
     * A call on the table as the engine last saw it.
     *
     * @param keys new keys are taken from twice so many
     */
    public Call(ForeignEngine engine, Surroundings surroundings, Random random, long keys) {
      this.engine = engine;
      this.table = engine.planned();
      this.surroundings = surroundings;
      this.random = random;
      this.keys = keys;
      this.before = surroundings.current();
    }

    /** Which keys the commit deletes, rows that came after the statement was planned included. */
    private void deletesWhateverIsThere(Predicate<Long> keys) {
      deleted = keys;
    }

    /** The statement, run. */
    public Effect run(ForeignStatement statement) {
      if (!engine.rowsHaveIds() && statement.movesRows() && before.repeatsKeys()) {
        // Nobody can tell afterwards which of two moved rows was the newer one.
        throw new ValidationException("A key is there twice");
      }
      ForeignState after = statement.run(this);
      return new Effect(before, after, deleted);
    }

    private long serial() {
      return surroundings.serial();
    }

    private List<Long> newKeys(int count) {
      Set<Long> found = new TreeSet<>();
      for (int i = 0; i < count; i++) {
        long key = random.nextLong(2 * keys);
        if (!before.rows().containsKey(key)) {
          found.add(key);
        }
      }
      return new ArrayList<>(found);
    }

    private Set<Long> someKeys() {
      List<Long> present = new ArrayList<>(before.rows().keySet());
      Set<Long> some = new TreeSet<>();
      for (int i = random.nextInt(8); i >= 0 && !present.isEmpty(); i--) {
        some.add(present.get(random.nextInt(present.size())));
      }
      some.add(random.nextLong(2 * keys));
      return some;
    }

    private List<DataFile> someFiles() {
      List<DataFile> files = new ArrayList<>(engine.dataFiles());
      Collections.shuffle(files, random);
      return files.subList(0, Math.min(files.size(), 1 + random.nextInt(3)));
    }

    private List<FileRow> rowsOf(List<DataFile> files) {
      Set<String> paths = ForeignEngine.paths(files);
      return engine.rows().stream()
          .filter(row -> paths.contains(row.file().location()))
          .collect(Collectors.toCollection(ArrayList::new));
    }

    /** A column that is not the key and not the version. */
    private String someColumn() {
      List<String> names =
          table.schema().columns().stream()
              .filter(field -> field.fieldId() != 1 && field.fieldId() != ForeignState.VERSION)
              .map(NestedField::name)
              .toList();
      return names.isEmpty() ? "none" : names.get(random.nextInt(names.size()));
    }

    private List<Record> rows(Iterable<Long> wanted) {
      List<Record> rows = new ArrayList<>();
      wanted.forEach(key -> rows.add(row(key)));
      return rows;
    }

    private Record row(long key) {
      return surroundings.row(table.schema(), key);
    }

    private ForeignState appended(ForeignState state, List<Record> rows) {
      ForeignState after = state;
      for (Record row : rows) {
        after = after.append(Row.of(row));
      }
      return after;
    }

    private ForeignState deleted(ForeignState state, Set<Long> deleted) {
      ForeignState after = state;
      for (long key : deleted) {
        after = after.delete(key);
      }
      return after;
    }
  }
}
