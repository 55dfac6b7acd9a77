package io.firn.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The small table most tests use: a long key, a required name and an optional amount. */
final class Rows {

  static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.required(2, "name", Types.StringType.get()),
          NestedField.optional(3, "amount", Types.DoubleType.get()));

  private Rows() {}

  static Record row(long id, String name, Double amount) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", name);
    row.setField("amount", amount);
    return row;
  }

  static Record row(long id) {
    return row(id, "name " + id, id / 2.0);
  }

  static FirnTable.Builder at(Path directory) {
    return FirnTable.builder().path(directory.toString()).schema(SCHEMA).key("id");
  }

  static List<Record> all(Scan scan) {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = scan.records()) {
      records.forEach(rows::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
