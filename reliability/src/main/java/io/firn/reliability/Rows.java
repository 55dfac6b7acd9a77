package io.firn.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The table of the campaigns: a long key, a required name, an optional amount. */
final class Rows {

  static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.LongType.get()),
          NestedField.required(2, "name", Types.StringType.get()),
          NestedField.optional(3, "amount", Types.DoubleType.get()));

  private Rows() {}

  /** The row of a key in a certain version; every third has no amount. */
  static Record row(long id, long version) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("name", "v" + version);
    if (version % 3 != 0) {
      row.setField("amount", version / 4.0);
    }
    return row;
  }

  /** All rows, in the order they come. */
  static List<Record> all(CloseableIterable<Record> records) {
    List<Record> rows = new ArrayList<>();
    try (records) {
      records.forEach(rows::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** The columns of the table alone: Iceberg's reader may leave the position it masked by. */
  static Record columns(Record read) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    for (int i = 0; i < row.size(); i++) {
      row.set(i, read.get(i));
    }
    return row;
  }
}
