package io.firn.benchmarks.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A store that answers rightly until it is told to lie. */
final class MemoryStore implements Store<ReferenceRow>, StoreReader<ReferenceRow> {

  /** What it does wrong. */
  enum Lie {
    ABSENT_KEY_FOUND,
    PRESENT_KEY_LOST,
    OLD_ROW,
    RANGE_WITHOUT_ITS_LAST_ROW,
    RANGE_OF_WRONG_ROWS,
    SUM_OFF_BY_ONE_ROW,
    SCAN_OF_WRONG_ROWS
  }

  private final NavigableMap<Long, ReferenceRow> rows = new TreeMap<>();
  private Lie lie;

  void lie(Lie told) {
    this.lie = told;
  }

  @Override
  public void put(ReferenceRow row) {
    rows.put(row.k(), row);
  }

  @Override
  public void delete(long key) {
    rows.remove(key);
  }

  @Override
  public ReferenceRow get(long key) {
    ReferenceRow row = rows.get(key);
    if (lie == Lie.ABSENT_KEY_FOUND && row == null) {
      return rows.firstEntry().getValue();
    }
    if (lie == Lie.PRESENT_KEY_LOST) {
      return null;
    }
    return lie == Lie.OLD_ROW && row != null ? altered(row) : row;
  }

  private static ReferenceRow altered(ReferenceRow row) {
    return new ReferenceRow(
        row.k(), row.l(), row.i(), row.d1(), row.d2(), row.ts(), !row.b(), row.s1(), row.s2(),
        row.s3());
  }

  @Override
  public List<ReferenceRow> range(long from, long to) {
    List<ReferenceRow> found = new ArrayList<>(rows.subMap(from, true, to, false).values());
    if (lie == Lie.RANGE_WITHOUT_ITS_LAST_ROW) {
      found.remove(found.size() - 1);
    }
    if (lie == Lie.RANGE_OF_WRONG_ROWS) {
      found.replaceAll(MemoryStore::altered);
    }
    return found;
  }

  @Override
  public ColumnSum sumD1() {
    ColumnSum sum = new ColumnSum();
    rows.values().forEach(row -> sum.add(row.d1()));
    if (lie == Lie.SUM_OFF_BY_ONE_ROW) {
      sum.add(0);
    }
    return sum;
  }

  /** The sum stays the same: only the comparison of every value notices. */
  @Override
  public void forEach(Consumer<? super ReferenceRow> consumer) {
    rows.values()
        .forEach(row -> consumer.accept(lie == Lie.SCAN_OF_WRONG_ROWS ? altered(row) : row));
  }

  @Override
  public ReferenceRow values(ReferenceRow row) {
    return row;
  }

  @Override
  public double d1(ReferenceRow row) {
    return row.d1();
  }

  @Override
  public void acknowledge() {}

  @Override
  public void settle() {}

  @Override
  public void compact() {}

  @Override
  public StoreReader<ReferenceRow> reader() {
    return this;
  }

  @Override
  public long liveBytes() {
    return rows.size();
  }

  @Override
  public void close() {}
}
