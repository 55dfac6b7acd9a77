package io.firn.reliability;

import io.firn.catalog.SummaryKeys;
import io.firn.storage.Storage;
import io.firn.testkit.EvolvedRow;
import io.firn.testkit.ForeignEngine;
import io.firn.testkit.ForeignState;
import io.firn.testkit.ForeignStatement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * Another engine that commits to the table of a list: random statements by Iceberg's API, each told
 * to the history. Knows what every snapshot must hold, for Firn's readers and for outside ones.
 */
final class OtherEngine {

  private static final int TRIES_MAX = 100;

  private final String directory;
  private final History history;
  private final RandomRow rows;
  private final int keys;

  /** The snapshots before the last commit of others: after how many of these each was made. */
  private final Map<Long, Integer> generations = new HashMap<>();

  /** What others have committed, as it is seen until Firn has settled it. */
  private final Map<Long, ForeignState> unsettled = new HashMap<>();

  /** What the table held after each commit of others, and before the first. */
  private final List<ForeignState> committed = new ArrayList<>(List.of(ForeignState.EMPTY));

  private long serial;

  OtherEngine(String directory, History history, RandomRow rows, int keys) {
    this.directory = directory;
    this.history = history;
    this.rows = rows;
    this.keys = keys;
  }

  /**
   * Commits a random statement; none if the statement does not suit the table.
   *
   * @return the statement, if it was committed
   */
  Optional<ForeignStatement> commit(Storage storage, long seed) throws IOException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      try {
        return commit(
            new BaseTable(new PathOperations(storage, directory), directory), new Random(seed));
      } catch (PathOperations.MovedOnException overtaken) {
        // Planned again on what is there now.
      }
    }
    throw new AssertionError("Firn's commits came first " + TRIES_MAX + " times");
  }

  private Optional<ForeignStatement> commit(Table table, Random random) {
    if (table.currentSnapshot() == null) {
      return Optional.empty();
    }
    ForeignStatement[] all = ForeignStatement.values();
    ForeignStatement statement = all[random.nextInt(all.length)];
    long flushed = flushed(table);
    Set<Long> present = new TreeSet<>();
    table.snapshots().forEach(snapshot -> present.add(snapshot.snapshotId()));
    ForeignStatement.Effect effect;
    try {
      effect =
          new ForeignStatement.Call(
                  new ForeignEngine(table), new Surroundings(table, random), random, keys)
              .run(statement);
    } catch (ValidationException | IllegalArgumentException refused) {
      return Optional.empty();
    }
    present.forEach(id -> generations.putIfAbsent(id, history.others()));
    history.othersCommitted(flushed, changes(effect));
    committed.add(effect.after());
    long current = table.currentSnapshot().snapshotId();
    if (generations.putIfAbsent(current, history.others()) == null) {
      unsettled.put(current, effect.after());
    }
    return Optional.of(statement);
  }

  /** The last own write that has ever been in the table. */
  private static long flushed(Table table) {
    long highest = sequence(table.properties());
    for (Snapshot snapshot : table.snapshots()) {
      highest = Math.max(highest, sequence(snapshot.summary()));
    }
    return highest;
  }

  private static long sequence(Map<String, String> summary) {
    return Long.parseLong(summary.getOrDefault(SummaryKeys.SEQUENCE, "0"));
  }

  /** The keys of which Firn's readers see another row, or none, from now on. */
  private static Map<Long, Optional<EvolvedRow>> changes(ForeignStatement.Effect effect) {
    Map<Long, List<ForeignState.Row>> before = effect.before().settled().rows();
    Map<Long, List<ForeignState.Row>> after = effect.after().settled().rows();
    Set<Long> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    Map<Long, Optional<EvolvedRow>> changes = new HashMap<>();
    for (long key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        changes.put(
            key, Optional.ofNullable(after.get(key)).map(present -> present.get(0).values()));
      }
    }
    return changes;
  }

  /** How many commits of others had come when a snapshot was made. */
  private int generation(long snapshotId) {
    return generations.getOrDefault(snapshotId, history.others());
  }

  /** What Firn's readers see in a snapshot. */
  NavigableMap<Long, EvolvedRow> rows(long snapshotId, Map<String, String> summary) {
    return history.at(history.moment(sequence(summary), generation(snapshotId)));
  }

  /** What an outside reader has seen in a snapshot is what is there. */
  void check(Snapshot snapshot, List<Record> found, Schema schema, String moment) {
    Comparison comparison = new Comparison(schema, moment + ", Iceberg snapshot " + snapshot);
    ForeignState seen = unsettled.get(snapshot.snapshotId());
    if (seen != null) {
      comparison.oneOf(choices(seen), found);
      return;
    }
    NavigableMap<Long, EvolvedRow> expected = rows(snapshot.snapshotId(), snapshot.summary());
    if (maybeUnsettled(snapshot)) {
      Map<Long, List<List<EvolvedRow>>> choices =
          choices(committed.get(generation(snapshot.snapshotId())));
      expected.forEach(
          (key, row) ->
              choices.computeIfAbsent(key, absent -> new ArrayList<>()).add(List.of(row)));
      choices.keySet().retainAll(expected.keySet());
      comparison.oneOf(choices, found);
    } else {
      comparison.inAnyOrder(expected.values(), found);
    }
  }

  /** Compactions leave the keys alone that are there twice until a flush or a settling. */
  private boolean maybeUnsettled(Snapshot snapshot) {
    String job = snapshot.summary().getOrDefault(SummaryKeys.JOB, "");
    return committed.get(generation(snapshot.snapshotId())).repeatsKeys()
        && (job.equals("compaction") || job.equals("purge"));
  }

  private static Map<Long, List<List<EvolvedRow>>> choices(ForeignState state) {
    Map<Long, List<List<EvolvedRow>>> choices = new TreeMap<>();
    state
        .rows()
        .forEach(
            (key, present) ->
                choices
                    .computeIfAbsent(key, absent -> new ArrayList<>())
                    .add(present.stream().map(ForeignState.Row::values).toList()));
    return choices;
  }

  /** The table of a statement, with the statement's dice. */
  private final class Surroundings implements ForeignStatement.Surroundings {
    private final Table table;
    private final Random random;

    Surroundings(Table table, Random random) {
      this.table = table;
      this.random = random;
    }

    @Override
    public ForeignState current() {
      return at(table.currentSnapshot().snapshotId());
    }

    @Override
    public ForeignState at(long snapshotId) {
      ForeignState seen = unsettled.get(snapshotId);
      if (seen != null) {
        return seen;
      }
      Snapshot snapshot = table.snapshot(snapshotId);
      if (snapshot == null || maybeUnsettled(snapshot)) {
        throw new ValidationException("Nobody knows what is in snapshot %s", snapshotId);
      }
      NavigableMap<Long, List<ForeignState.Row>> state = new TreeMap<>();
      rows(snapshotId, snapshot.summary())
          .forEach((key, row) -> state.put(key, List.of(new ForeignState.Row(key, row))));
      return new ForeignState(state);
    }

    @Override
    public Record row(Schema schema, long key) {
      return rows.row(schema, key, random);
    }

    @Override
    public long serial() {
      return ++serial;
    }
  }
}
