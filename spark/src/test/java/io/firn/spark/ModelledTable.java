package io.firn.spark;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.testkit.ModelTable;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A table of random rows, and beside it the model of what it must hold. One writing thread. */
final class ModelledTable implements AutoCloseable {

  static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          required(2, "name", Types.StringType.get()),
          optional(3, "price", Types.DecimalType.of(9, 2)),
          optional(4, "day", Types.DateType.get()),
          optional(5, "ratio", Types.DoubleType.get()));

  private final FirnTable table;
  private final ModelTable<Long, Record> model = new ModelTable<>(Comparator.naturalOrder());
  private final Random random;

  ModelledTable(FirnTable.Builder builder, Random random) {
    this.table = builder.schema(SCHEMA).key("id").create();
    this.random = random;
  }

  FirnTable table() {
    return table;
  }

  ModelTable<Long, Record> model() {
    return model;
  }

  /** Writes one atomic batch over a small range of keys, a tenth of it deletes. */
  void write(int operations, int keys) {
    WriteBatch batch = table.newBatch();
    Map<Long, @Nullable Record> written = new LinkedHashMap<>();
    for (int i = 0; i < operations; i++) {
      long id = random.nextInt(keys);
      if (random.nextInt(10) == 0) {
        batch.delete(id);
        written.put(id, null);
      } else {
        Record row = row(id);
        batch.put(row);
        written.put(id, row);
      }
    }
    long sequence = table.write(batch).sequence();
    written.forEach(
        (id, row) -> {
          if (row == null) {
            model.delete(sequence, id);
          } else {
            model.put(sequence, id, row);
          }
        });
  }

  private Record row(long id) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", "name " + random.nextInt(100));
    if (random.nextInt(5) != 0) {
      row.setField("price", BigDecimal.valueOf(random.nextInt(1_000_000), 2));
      row.setField("day", LocalDate.ofEpochDay(random.nextInt(30_000)));
      row.setField("ratio", random.nextGaussian());
    }
    return row;
  }

  /** The model's rows at a sequence number, in the order of keys. */
  List<List<@Nullable String>> rowsAt(long sequence) {
    return text(model.stateAt(sequence).values());
  }

  /** The model's newest rows. */
  List<List<@Nullable String>> rows() {
    return rowsAt(model.sequence());
  }

  /** The rows that the engine gives. */
  List<List<@Nullable String>> engineRows() throws IOException {
    try (CloseableIterable<Record> rows = table.scan().records()) {
      return text(rows);
    }
  }

  /** The rows that Iceberg's own generic reader gives, in the order of keys. */
  static List<List<@Nullable String>> genericRows(Table iceberg) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(iceberg).build()) {
      records.forEach(rows::add);
    }
    rows.sort(Comparator.comparing(row -> (Long) row.getField("id")));
    // Where a file has deletes, the generic reader leaves the position behind the columns asked
    // for.
    List<List<@Nullable String>> text = text(rows);
    text.replaceAll(row -> row.subList(0, SCHEMA.columns().size()));
    return text;
  }

  private static List<List<@Nullable String>> text(Iterable<Record> rows) {
    List<List<@Nullable String>> text = new ArrayList<>();
    rows.forEach(row -> text.add(RowText.of(row)));
    return text;
  }

  @Override
  public void close() {
    table.close();
  }
}
