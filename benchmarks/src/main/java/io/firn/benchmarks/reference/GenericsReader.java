package io.firn.benchmarks.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.IcebergGenerics.ScanBuilder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** Reads of an Iceberg table by Iceberg's own generic reader. */
final class GenericsReader implements StoreReader<Record> {

  private final Table table;

  GenericsReader(Table table) {
    this.table = table;
  }

  @Override
  public @Nullable Record get(long key) {
    List<Record> rows = new ArrayList<>();
    read(IcebergGenerics.read(table).where(Expressions.equal("k", key)), rows::add);
    return rows.isEmpty() ? null : rows.get(0);
  }

  @Override
  public ReferenceRow values(Record row) {
    return ReferenceSchema.row(row);
  }

  @Override
  public double d1(Record row) {
    return (double) row.getField("d1");
  }

  @Override
  public List<Record> range(long from, long to) {
    List<Record> rows = new ArrayList<>();
    read(
        IcebergGenerics.read(table)
            .where(
                Expressions.and(
                    Expressions.greaterThanOrEqual("k", from), Expressions.lessThan("k", to))),
        rows::add);
    rows.sort(Comparator.comparingLong(row -> (long) row.get(0)));
    return rows;
  }

  @Override
  public ColumnSum sumD1() {
    ColumnSum sum = new ColumnSum();
    read(IcebergGenerics.read(table).select("d1"), row -> sum.add(d1(row)));
    return sum;
  }

  @Override
  public void forEach(Consumer<? super Record> consumer) {
    read(IcebergGenerics.read(table), consumer);
  }

  private static void read(ScanBuilder scan, Consumer<? super Record> consumer) {
    Unchecked.run(
        () -> {
          try (CloseableIterable<Record> rows = scan.build()) {
            rows.forEach(consumer);
          }
        });
  }

  @Override
  public void close() {}
}
