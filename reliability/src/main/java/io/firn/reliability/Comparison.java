package io.firn.reliability;

import io.firn.testkit.EvolvedRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;

/** Rows that a reader gave, by its schema, beside those that it must give. */
final class Comparison {

  private final Schema schema;
  private final String what;

  /**
   * @param what the read, for the message
   */
  Comparison(Schema schema, String what) {
    this.schema = schema;
    this.what = what;
  }

  /** The same rows in the same order. */
  void inOrder(Collection<EvolvedRow> expected, List<Record> found) {
    if (expected.size() != found.size()) {
      throw new AssertionError(
          what + ": " + found.size() + " rows instead of " + expected.size() + ", by " + schema);
    }
    Iterator<EvolvedRow> rows = expected.iterator();
    for (Record record : found) {
      EvolvedRow row = rows.next();
      if (!row.isReadAs(record, schema.asStruct())) {
        throw new AssertionError(
            what + ": " + record + " instead of " + row.text(schema.asStruct()) + ", by " + schema);
      }
    }
  }

  /** The same rows in any order, each key once. */
  void inAnyOrder(Collection<EvolvedRow> expected, List<Record> found) {
    List<Record> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingLong(Comparison::id));
    inOrder(expected, sorted);
  }

  /**
   * The same rows in any order, of which those of the same key are one of two.
   *
   * @param choices for each key one or two lists of rows
   */
  void oneOf(Map<Long, List<List<EvolvedRow>>> choices, List<Record> found) {
    Map<Long, List<Record>> byKey = new TreeMap<>();
    for (Record record : found) {
      byKey.computeIfAbsent(id(record), absent -> new ArrayList<>()).add(record);
    }
    if (!byKey.keySet().equals(choices.keySet())) {
      throw new AssertionError(what + ": keys " + byKey.keySet() + ", not " + choices.keySet());
    }
    byKey.forEach(
        (key, records) -> {
          List<List<EvolvedRow>> allowed = choices.getOrDefault(key, List.of());
          if (allowed.stream().noneMatch(rows -> same(rows, records))) {
            throw new AssertionError(
                what + ": " + records + ", not one of " + allowed + ", by " + schema);
          }
        });
  }

  private boolean same(List<EvolvedRow> rows, List<Record> records) {
    List<Record> left = new ArrayList<>(records);
    for (EvolvedRow row : rows) {
      Iterator<Record> candidates = left.iterator();
      while (candidates.hasNext()) {
        if (row.isReadAs(candidates.next(), schema.asStruct())) {
          candidates.remove();
          break;
        }
      }
    }
    return left.isEmpty() && rows.size() == records.size();
  }

  private static long id(Record record) {
    return (Long) record.getField("id");
  }
}
