package io.firn.benchmarks.reference;

import java.time.LocalDateTime;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The reference table in Iceberg's terms. */
public final class ReferenceSchema {

  public static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "k", Types.LongType.get()),
          NestedField.optional(2, "l", Types.LongType.get()),
          NestedField.optional(3, "i", Types.IntegerType.get()),
          NestedField.optional(4, "d1", Types.DoubleType.get()),
          NestedField.optional(5, "d2", Types.DoubleType.get()),
          NestedField.optional(6, "ts", Types.TimestampType.withoutZone()),
          NestedField.optional(7, "b", Types.BooleanType.get()),
          NestedField.optional(8, "s1", Types.StringType.get()),
          NestedField.optional(9, "s2", Types.StringType.get()),
          NestedField.optional(10, "s3", Types.StringType.get()));

  private ReferenceSchema() {}

  /** A value of a row by its place in the schema, as Iceberg's generic rows hold it. */
  public static Object value(ReferenceRow row, int column) {
    return switch (column) {
      case 0 -> row.k();
      case 1 -> row.l();
      case 2 -> row.i();
      case 3 -> row.d1();
      case 4 -> row.d2();
      case 5 -> row.ts();
      case 6 -> row.b();
      case 7 -> row.s1();
      case 8 -> row.s2();
      case 9 -> row.s3();
      default -> throw new IllegalArgumentException("There is no column " + column);
    };
  }

  public static ReferenceRow row(Record record) {
    return new ReferenceRow(
        (long) record.get(0),
        (long) record.get(1),
        (int) record.get(2),
        (double) record.get(3),
        (double) record.get(4),
        (LocalDateTime) record.get(5),
        (boolean) record.get(6),
        (String) record.get(7),
        (String) record.get(8),
        (String) record.get(9));
  }

  /** A view of one row after another, without copying. Not thread safe. */
  public static final class RowView implements StructLike {

    private final ReferenceRow[] row = new ReferenceRow[1];

    public RowView of(ReferenceRow viewed) {
      row[0] = viewed;
      return this;
    }

    @Override
    public int size() {
      return SCHEMA.columns().size();
    }

    @Override
    public <T> T get(int column, Class<T> type) {
      return type.cast(value(row[0], column));
    }

    @Override
    public <T> void set(int column, T value) {
      throw new UnsupportedOperationException("A view");
    }
  }
}
