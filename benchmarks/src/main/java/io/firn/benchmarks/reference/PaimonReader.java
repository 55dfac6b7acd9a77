package io.firn.benchmarks.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.disk.IOManager;
import org.apache.paimon.predicate.PredicateBuilder;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.query.LocalTableQuery;
import org.apache.paimon.table.source.DataSplit;
import org.apache.paimon.table.source.ReadBuilder;
import org.apache.paimon.table.source.Split;
import org.jspecify.annotations.Nullable;

/** Reads of Paimon: gets by its local query service, scans by its table read. */
final class PaimonReader implements StoreReader<ReferenceRow> {

  private static final int D1 = 3;
  private static final int TIMESTAMP_PRECISION = 6;

  private final FileStoreTable table;
  private final IOManager temporaryFiles;
  private @Nullable LocalTableQuery query;

  PaimonReader(FileStoreTable table, IOManager temporaryFiles) {
    this.table = table;
    this.temporaryFiles = temporaryFiles;
  }

  @Override
  public @Nullable ReferenceRow get(long key) {
    LocalTableQuery lookup = query();
    InternalRow found =
        Unchecked.get(() -> lookup.lookup(BinaryRow.EMPTY_ROW, 0, GenericRow.of(key)));
    return found == null ? null : row(found);
  }

  private LocalTableQuery query() {
    LocalTableQuery opened = query;
    if (opened == null) {
      opened = openQuery();
      query = opened;
    }
    return opened;
  }

  private LocalTableQuery openQuery() {
    LocalTableQuery opened = table.newLocalTableQuery().withIOManager(temporaryFiles);
    for (Split split : table.newReadBuilder().newScan().plan().splits()) {
      DataSplit files = (DataSplit) split;
      opened.refreshFiles(files.partition(), files.bucket(), List.of(), files.dataFiles());
    }
    return opened;
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
  public List<ReferenceRow> range(long from, long to) {
    PredicateBuilder key = new PredicateBuilder(table.rowType());
    ReadBuilder builder =
        table
            .newReadBuilder()
            .withFilter(PredicateBuilder.and(key.greaterOrEqual(0, from), key.lessThan(0, to)));
    List<ReferenceRow> rows = new ArrayList<>();
    read(builder, row -> rows.add(row(row)));
    rows.sort(Comparator.comparingLong(ReferenceRow::k));
    return rows;
  }

  @Override
  public ColumnSum sumD1() {
    ColumnSum sum = new ColumnSum();
    read(table.newReadBuilder().withProjection(new int[] {D1}), row -> sum.add(row.getDouble(0)));
    return sum;
  }

  @Override
  public void forEach(Consumer<? super ReferenceRow> consumer) {
    read(table.newReadBuilder(), row -> consumer.accept(row(row)));
  }

  private void read(ReadBuilder builder, Consumer<InternalRow> consumer) {
    Unchecked.run(
        () -> {
          try (RecordReader<InternalRow> rows =
              builder
                  .newRead()
                  .executeFilter()
                  .withIOManager(temporaryFiles)
                  .createReader(builder.newScan().plan())) {
            rows.forEachRemaining(consumer);
          }
        });
  }

  private static ReferenceRow row(InternalRow row) {
    return new ReferenceRow(
        row.getLong(0),
        row.getLong(1),
        row.getInt(2),
        row.getDouble(D1),
        row.getDouble(4),
        row.getTimestamp(5, TIMESTAMP_PRECISION).toLocalDateTime(),
        row.getBoolean(6),
        row.getString(7).toString(),
        row.getString(8).toString(),
        row.getString(9).toString());
  }

  @Override
  public void close() {
    LocalTableQuery opened = query;
    if (opened != null) {
      Unchecked.run(opened::close);
    }
  }
}
