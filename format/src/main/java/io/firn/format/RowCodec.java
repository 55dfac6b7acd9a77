package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Rows as bytes, for the log and the memtable: a header, a null bitmap, one slot for each column at
 * a fixed place, then what has no fixed length. Immutable and safe for use by several threads.
 *
 * <p>Encoding checks everything a data file will ask for: types, nulls, decimal precision and
 * scale, fixed lengths, strings, and the row's size. It throws {@link InvalidArgumentException}
 * naming the column's path, never a value. The bytes are specified in {@code docs/format.md}.
 */
public final class RowCodec {

  /** The longest encoded row unless another limit is asked for. */
  public static final int ROW_BYTES_MAX = 16 * 1024 * 1024;

  static final byte VERSION = 1;

  /** Version, then the number of columns in two bytes. */
  static final int HEADER_BYTES = 3;

  private final Schema schema;
  private final FieldCodec[] fields;
  private final int[] slots;
  private final int base;
  private final RecordShape shape;
  private final int rowBytesMax;
  private final GenericRecord template;
  private final Map<Integer, Integer> indexByFieldId = new HashMap<>();

  RowCodec(Schema schema) {
    this(schema, ROW_BYTES_MAX);
  }

  private RowCodec(Schema schema, int rowBytesMax) {
    this.schema = schema;
    this.rowBytesMax = rowBytesMax;
    this.template = GenericRecord.create(schema);
    this.shape = new RecordShape(schema.asStruct());
    List<NestedField> columns = schema.columns();
    this.fields = FieldCodec.of("", columns);
    this.slots = new int[fields.length];
    int at = HEADER_BYTES + FieldCodec.bitmapBytes(fields.length);
    for (int i = 0; i < fields.length; i++) {
      slots[i] = at;
      at += fields[i].slotBytes();
      indexByFieldId.put(columns.get(i).fieldId(), i);
    }
    this.base = at;
  }

  /** The same encoding with another limit on a row's size in bytes. */
  public RowCodec withRowBytesMax(int limit) {
    return new RowCodec(schema, limit);
  }

  /** The columns of the rows. */
  public Schema schema() {
    return schema;
  }

  /** Encodes a row of Iceberg generic values in the schema's column order. */
  public byte[] encode(StructLike row) {
    ByteBuilder target = new ByteBuilder(base + 64);
    encode(row, target);
    return target.toByteArray();
  }

  /** Appends an encoded row. If the row is refused, nothing has been appended. */
  public void encode(StructLike row, ByteBuilder target) {
    if (row.size() != fields.length) {
      throw new InvalidArgumentException(
          "The table has " + fields.length + " columns, the row " + row.size());
    }
    shape.check(row);
    int start = target.length();
    try {
      target.put(VERSION);
      target.put(fields.length);
      target.put(fields.length >>> 8);
      FieldCodec.writeStruct(fields, row, target);
      if (target.length() - start > rowBytesMax) {
        throw new InvalidArgumentException(
            "The row takes "
                + (target.length() - start)
                + " bytes encoded; at most "
                + rowBytesMax
                + " are allowed");
      }
    } catch (ArithmeticException e) {
      target.truncate(start);
      throw new InvalidArgumentException("The row is too large to be encoded", e);
    } catch (RuntimeException e) {
      target.truncate(start);
      throw e;
    }
  }

  /**
   * Decodes a row.
   *
   * @throws InvalidArgumentException if the bytes are not an encoded row of this schema
   */
  public Record decode(byte[] row) {
    return decode(row, 0);
  }

  /**
   * Decodes the row that begins at {@code start}.
   *
   * @throws InvalidArgumentException if there is no encoded row of this schema
   */
  public Record decode(byte[] array, int start) {
    checkHeader(array, start);
    GenericRecord record = template.copy();
    try {
      FieldCodec.readStruct(fields, array, start + HEADER_BYTES, record);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | DateTimeException e) {
      throw new InvalidArgumentException("The bytes are not an encoded row of this table", e);
    }
    return record;
  }

  /** Encodes the rows of a batch of this schema that {@code rows[0..count)} name. */
  BatchEncoder encode(ColumnBatch batch, int[] rows, int count) {
    return new BatchEncoder(fields, slots, base, batch, rows, count);
  }

  /** Appends a row to a batch, as {@link #append(byte[][], int, int, ColumnBatch)} does. */
  public void append(byte[] row, ColumnBatch target) {
    append(new byte[][] {row}, 0, 1, target);
  }

  /**
   * Appends {@code rows[from..from+count)} to a batch, one column at a time. The batch's columns
   * are found by field id; one that the rows lack gets nulls.
   */
  public void append(byte[][] rows, int from, int count, ColumnBatch target) {
    append(new EncodedRows(rows, null, from, count), target);
  }

  /**
   * Appends rows that stand in one array, the i-th of them at {@code starts[from + i]}, to a batch,
   * one column at a time. The batch's columns are found by field id; one that the rows lack gets
   * nulls.
   */
  public void append(byte[] arena, int[] starts, int from, int count, ColumnBatch target) {
    append(new EncodedRows(new byte[][] {arena}, starts, from, count), target);
  }

  /**
   * Appends rows that stand here and there, the i-th of them in {@code arrays[from + i]} at {@code
   * starts[from + i]}, to a batch, one column at a time. The batch's columns are found by field id;
   * one that the rows lack gets nulls.
   */
  public void append(byte[][] arrays, int[] starts, int from, int count, ColumnBatch target) {
    append(new EncodedRows(arrays, starts, from, count), target);
  }

  private void append(EncodedRows rows, ColumnBatch target) {
    for (int i = 0; i < rows.count(); i++) {
      checkHeader(rows.array(i), rows.start(i));
    }
    byte[] nulls = rows.nulls(FieldCodec.bitmapBytes(fields.length));
    for (int c = 0; c < target.columnCount(); c++) {
      Column column = target.column(c);
      Integer index = indexByFieldId.get(column.field().fieldId());
      if (index == null) {
        column.appendNulls(rows.count());
      } else {
        rows.extract(
            fields[index], nulls, index, slots[index], base, previousVariable(index), column);
      }
    }
  }

  /** The slot that says where the variable value before a column ends, or -1. */
  private int previousVariable(int index) {
    for (int i = index - 1; i >= 0; i--) {
      if (fields[i].variable()) {
        return slots[i];
      }
    }
    return -1;
  }

  private void checkHeader(byte[] row, int start) {
    if (row.length - start < base
        || row[start] != VERSION
        || ((row[start + 1] & 0xFF) | (row[start + 2] & 0xFF) << 8) != fields.length) {
      throw new InvalidArgumentException(
          "These bytes are not an encoded row of "
              + fields.length
              + " columns, version "
              + VERSION);
    }
  }
}
