package io.firn.reliability;

import io.firn.catalog.SnapshotInfo;
import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import io.firn.error.SnapshotUnavailableException;
import io.firn.testkit.EvolvedRow;
import io.firn.testkit.SchemaEvolution;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Reads of a table, each compared with what its history says. */
final class Reads {

  private final FirnTable table;
  private final History history;
  private final int keys;

  Reads(FirnTable table, History history, int keys) {
    this.table = table;
    this.history = history;
    this.keys = keys;
  }

  private Comparison comparison(String what) {
    return new Comparison(table.schema(), what);
  }

  void get(Random random) {
    long key = random.nextInt(keys + 10);
    check(key, table.get(key), "get");
  }

  void multiGet(Random random) {
    List<List<Long>> wanted = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      wanted.add(List.of((long) random.nextInt(keys + 10)));
    }
    List<Optional<Record>> found = table.multiGet(wanted);
    for (int i = 0; i < found.size(); i++) {
      check(wanted.get(i).get(0), found.get(i), "multi-get");
    }
  }

  private void check(long key, Optional<Record> found, String what) {
    comparison(what + " " + key)
        .inOrder(
            Optional.ofNullable(history.newest().get(key)).map(List::of).orElse(List.of()),
            found.map(List::of).orElse(List.of()));
  }

  /** Every row, in order. */
  void all(String moment) {
    comparison(moment).inOrder(history.newest().values(), Rows.all(table.scan().records()));
  }

  void unordered() {
    comparison("unordered scan")
        .inAnyOrder(history.newest().values(), Rows.all(table.scan().unordered().records()));
  }

  void range(Random random) {
    long from = random.nextInt(keys);
    long to = from + random.nextInt(random.nextInt(10) == 0 ? keys : 100);
    Scan scan = table.scan().from(from).to(to);
    NavigableMap<Long, EvolvedRow> expected = history.newest().subMap(from, true, to, false);
    if (random.nextBoolean()) {
      scan = scan.reverse();
      expected = expected.descendingMap();
    }
    List<EvolvedRow> rows = new ArrayList<>(expected.values());
    if (random.nextInt(4) == 0) {
      int limit = 1 + random.nextInt(20);
      scan = scan.limit(limit);
      rows = rows.subList(0, Math.min(limit, rows.size()));
    }
    comparison("range from " + from + " to " + to).inOrder(rows, Rows.all(scan.records()));
  }

  /** A condition on a random column. */
  void filtered(Random random) {
    Schema schema = table.schema();
    List<NestedField> fields = SchemaEvolution.primitives(schema).toList();
    NestedField field = fields.get(random.nextInt(fields.size()));
    Object bound = someValue(field, random);
    Expression filter;
    Predicate<@Nullable Object> matches;
    if (bound == null || random.nextInt(4) == 0) {
      filter = Expressions.isNull(field.name());
      matches = value -> value == null;
    } else if (random.nextBoolean() || field.type().typeId() == TypeID.BOOLEAN) {
      filter = Expressions.equal(field.name(), literal(bound));
      matches = bound::equals;
    } else {
      filter = Expressions.greaterThan(field.name(), literal(bound));
      matches = value -> value != null && compare(value, bound) > 0;
    }
    Collection<EvolvedRow> expected =
        history.newest().values().stream().filter(row -> matches.test(row.value(field))).toList();
    Scan scan = table.scan().filter(filter);
    comparison("scan of " + filter)
        .inAnyOrder(expected, Rows.all((random.nextBoolean() ? scan.unordered() : scan).records()));
  }

  private @Nullable Object someValue(NestedField field, Random random) {
    NavigableMap<Long, EvolvedRow> from =
        history.newest().tailMap((long) random.nextInt(keys), true);
    return from.isEmpty() ? null : from.firstEntry().getValue().value(field);
  }

  private static Object literal(Object value) {
    return value instanceof LocalDate date ? Math.toIntExact(date.toEpochDay()) : value;
  }

  @SuppressWarnings("unchecked") // values of one column
  private static int compare(Object value, Object bound) {
    return ((Comparable<Object>) value).compareTo(bound);
  }

  /** A retained Iceberg snapshot, as Firn reads it; it may be expired meanwhile. */
  void timeTravel(OtherEngine others, Random random) {
    List<SnapshotInfo> retained = table.snapshots();
    if (retained.isEmpty()) {
      return;
    }
    SnapshotInfo chosen = retained.get(random.nextInt(retained.size()));
    List<Record> found;
    try {
      found = Rows.all(table.scan().asOf(chosen.snapshotId()).records());
    } catch (SnapshotUnavailableException expired) {
      return;
    }
    comparison("as of " + chosen)
        .inOrder(others.rows(chosen.snapshotId(), chosen.summary()).values(), found);
  }
}
