package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Primary keys as bytes: the unsigned order of the bytes is the order of the keys, column by
 * column, each as Iceberg's comparator for its type has it. Equal keys have equal bytes. Immutable
 * and safe for use by several threads.
 *
 * <p>Values are Iceberg generic values. Encoding throws {@link InvalidArgumentException} for a
 * value of the wrong type, a null, a string that is not valid Unicode, and a key of more than
 * {@link #KEY_BYTES_MAX} bytes. The bytes are specified in {@code docs/format.md}.
 */
public final class KeyCodec {

  /** The longest encoded key. */
  public static final int KEY_BYTES_MAX = 32 * 1024;

  private final Types.StructType keyType;
  private final KeyPart[] parts;
  private final int[] rowPositions;
  private final int fixedLength;

  KeyCodec(List<NestedField> keyFields, int[] rowPositions) {
    this.keyType = Types.StructType.of(keyFields);
    this.parts = keyFields.stream().map(KeyPart::new).toArray(KeyPart[]::new);
    this.rowPositions = rowPositions.clone();
    int length = 0;
    for (KeyPart part : parts) {
      length = length < 0 || part.width() < 0 ? -1 : length + part.width();
    }
    this.fixedLength = length;
  }

  /** The key columns in key order. */
  public Types.StructType keyType() {
    return keyType;
  }

  /** The length of every key in bytes, or -1 if keys differ in length. */
  public int fixedLength() {
    return fixedLength;
  }

  /** Encodes a key given as the key columns in key order. */
  public byte[] encode(StructLike key) {
    if (key.size() != parts.length) {
      throw wrongCount(key.size());
    }
    ByteBuilder target = new ByteBuilder(Math.max(fixedLength, 16));
    for (int i = 0; i < parts.length; i++) {
      append(i, key.get(i, Object.class), target);
    }
    return finish(target);
  }

  /** Encodes a key given as its values in key order. */
  public byte[] encode(Object... values) {
    if (values.length != parts.length) {
      throw wrongCount(values.length);
    }
    return encodePrefix(values);
  }

  /** Encodes the key of a row given in the table's column order. */
  public byte[] encodeFromRow(StructLike row) {
    ByteBuilder target = new ByteBuilder(Math.max(fixedLength, 16));
    appendFromRow(row, target);
    return target.toByteArray();
  }

  /** Appends the encoded key of a row given in the table's column order. */
  public void appendFromRow(StructLike row, ByteBuilder target) {
    int start = target.length();
    for (int i = 0; i < parts.length; i++) {
      append(i, row.get(rowPositions[i], Object.class), target);
    }
    checkLength(target.length() - start);
  }

  /**
   * Encodes the values of the first key columns. Every key that begins with them begins with these
   * bytes, and no other key does; {@link #afterPrefix} bounds them from above.
   */
  public byte[] encodePrefix(Object... leadingValues) {
    if (leadingValues.length > parts.length) {
      throw wrongCount(leadingValues.length);
    }
    ByteBuilder target = new ByteBuilder(Math.max(fixedLength, 16));
    for (int i = 0; i < leadingValues.length; i++) {
      append(i, leadingValues[i], target);
    }
    return finish(target);
  }

  /**
   * Encodes the values of the first key columns, of which the last, a string or binary, is only the
   * beginning of a value. Every key whose columns begin so begins with these bytes, and no other
   * key does.
   *
   * @throws InvalidArgumentException if the last value's column is neither a string nor binary
   */
  public byte[] encodeStartsWith(Object... leadingValues) {
    byte[] whole = encodePrefix(leadingValues);
    int last = leadingValues.length - 1;
    if (last < 0) {
      return whole;
    }
    NestedField column = keyType.fields().get(last);
    if (column.type().typeId() != Type.TypeID.STRING
        && column.type().typeId() != Type.TypeID.BINARY) {
      throw new InvalidArgumentException(
          "Only a string or binary can be given in part; key column "
              + column.name()
              + " is "
              + column.type());
    }
    return Arrays.copyOf(whole, whole.length - KeyPart.TERMINATOR_BYTES);
  }

  /**
   * The least bytes above everything that begins with {@code prefix}, or null if there are none:
   * the exclusive upper bound of a prefix scan.
   */
  public static byte @Nullable [] afterPrefix(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xFF) {
        byte[] after = Arrays.copyOf(prefix, i + 1);
        after[i]++;
        return after;
      }
    }
    return null;
  }

  /** Decodes a key. The record has the key columns in key order. */
  public GenericRecord decode(byte[] key) {
    GenericRecord record = GenericRecord.create(keyType);
    KeyPart.Reader reader = new KeyPart.Reader(key);
    for (int i = 0; i < parts.length; i++) {
      record.set(i, parts[i].read(reader));
    }
    if (!reader.atEnd()) {
      throw reader.malformed();
    }
    return record;
  }

  /**
   * Appends the encoded keys of rows {@code from} to {@code from + count} of a batch that has the
   * key columns, found by field id. Values are trusted: they come from encoded rows or files.
   */
  public void append(ColumnBatch rows, int from, int count, KeyList target) {
    Column[] columns = new Column[parts.length];
    for (int i = 0; i < parts.length; i++) {
      int index = rows.indexOf(parts[i].fieldId());
      if (index < 0) {
        throw new IllegalArgumentException(
            "The batch lacks key column " + keyType.fields().get(i).name());
      }
      columns[i] = rows.column(index);
      if (columns[i].nullCount() > 0) {
        throw new IllegalArgumentException(
            "Key column " + keyType.fields().get(i).name() + " has nulls");
      }
    }
    ByteBuilder bytes = target.open();
    for (int row = from; row < from + count; row++) {
      for (int i = 0; i < parts.length; i++) {
        parts[i].append(columns[i], row, bytes);
      }
      target.endKey();
    }
  }

  /** The order of two encoded keys. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  private void append(int part, @Nullable Object value, ByteBuilder target) {
    if (value == null) {
      throw new InvalidArgumentException(
          "Column " + keyType.fields().get(part).name() + " is a key column and must not be null");
    }
    parts[part].append(value, target);
  }

  private static byte[] finish(ByteBuilder target) {
    checkLength(target.length());
    return target.toByteArray();
  }

  private static void checkLength(int length) {
    if (length > KEY_BYTES_MAX) {
      throw new InvalidArgumentException(
          "The key takes " + length + " bytes encoded; at most " + KEY_BYTES_MAX + " are allowed");
    }
  }

  private InvalidArgumentException wrongCount(int count) {
    return new InvalidArgumentException(
        "The key has " + parts.length + " columns, got " + count + " values");
  }
}
