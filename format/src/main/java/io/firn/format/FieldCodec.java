package io.firn.format;

import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * One column or nested field within an encoded row: how its values are checked, written and read.
 * Immutable.
 *
 * <p>Everything is a <em>tuple</em>: null bitmap, one slot for each value, then the bytes of values
 * of variable length, whose slots hold where they end, counted from the end of the slots. A struct
 * is a tuple of its fields, a list of its elements, a map one of its keys and one of its values.
 * The bytes are specified in {@code docs/format.md}.
 */
final class FieldCodec {

  static final int END_SLOT_BYTES = 4;

  private static final int UUID_BYTES = 16;

  private final String path;
  private final Type type;
  private final boolean required;
  private final PhysicalKind kind;
  private final Scalar scalar;
  private final boolean variable;
  private final int slotBytes;
  private final FieldCodec[] children;

  FieldCodec(String path, Type type, boolean required) {
    this.path = path;
    this.type = type;
    this.required = required;
    this.kind = PhysicalKind.of(type);
    this.scalar = new Scalar(path, type);
    int width = type.typeId() == Type.TypeID.UUID ? UUID_BYTES : kind.width();
    this.variable = width < 0;
    this.slotBytes = variable ? END_SLOT_BYTES : width;
    this.children =
        type.isNestedType() && kind == PhysicalKind.OBJECT
            ? of(path + ".", type.asNestedType().fields())
            : new FieldCodec[0];
  }

  static FieldCodec[] of(String prefix, List<NestedField> fields) {
    return fields.stream()
        .map(field -> new FieldCodec(prefix + field.name(), field.type(), field.isRequired()))
        .toArray(FieldCodec[]::new);
  }

  PhysicalKind kind() {
    return kind;
  }

  boolean variable() {
    return variable;
  }

  int slotBytes() {
    return slotBytes;
  }

  static int bitmapBytes(int count) {
    return (count + 7) >>> 3;
  }

  /** Appends a struct's fields as a tuple. */
  static void writeStruct(FieldCodec[] fields, StructLike struct, ByteBuilder target) {
    int bitmap = target.length();
    int slots = 0;
    for (FieldCodec field : fields) {
      slots += field.slotBytes;
    }
    int slot = bitmap + bitmapBytes(fields.length);
    target.extendZeroed(bitmapBytes(fields.length) + slots);
    int base = target.length();
    for (int i = 0; i < fields.length; i++) {
      fields[i].write(struct.get(i, Object.class), bitmap, i, slot, base, target);
      slot += fields[i].slotBytes;
    }
  }

  /** Appends values of this field's type as a tuple. */
  private void writeAll(Collection<?> values, ByteBuilder target) {
    int bitmap = target.length();
    int slot = bitmap + bitmapBytes(values.size());
    target.extendZeroed(
        Math.addExact(bitmapBytes(values.size()), Math.multiplyExact(values.size(), slotBytes)));
    int base = target.length();
    int i = 0;
    for (Object value : values) {
      write(value, bitmap, i, slot, base, target);
      slot += slotBytes;
      i++;
    }
  }

  private void write(
      @Nullable Object value, int bitmap, int i, int slot, int base, ByteBuilder target) {
    if (value == null) {
      if (required) {
        throw new InvalidArgumentException("Column " + path + " is required and must not be null");
      }
      target.array()[bitmap + (i >>> 3)] |= (byte) (1 << (i & 7));
      if (variable) {
        target.setIntLittle(slot, target.length() - base);
      }
      return;
    }
    switch (kind) {
      case BOOLEAN -> target.array()[slot] = (byte) (scalar.toBoolean(value) ? 1 : 0);
      case INT -> target.setIntLittle(slot, scalar.toInt(value));
      case LONG -> target.setLongLittle(slot, scalar.toLong(value));
      case FLOAT -> target.setIntLittle(slot, Float.floatToRawIntBits(scalar.toFloat(value)));
      case DOUBLE -> target.setLongLittle(slot, Double.doubleToRawLongBits(scalar.toDouble(value)));
      case BYTES -> {
        int start = target.length();
        scalar.appendBytes(value, target);
        if (variable) {
          target.setIntLittle(slot, target.length() - base);
        } else {
          System.arraycopy(target.array(), start, target.array(), slot, slotBytes);
          target.truncate(start);
        }
      }
      case OBJECT -> {
        writeNested(value, target);
        target.setIntLittle(slot, target.length() - base);
      }
    }
  }

  /** Appends a struct, list or map as {@link #readNested} reads it. */
  void writeNested(Object value, ByteBuilder target) {
    switch (type.typeId()) {
      case STRUCT -> {
        if (!(value instanceof StructLike struct)) {
          throw mismatch(value);
        }
        if (struct.size() != children.length) {
          throw new InvalidArgumentException(
              "Column " + path + " has " + children.length + " fields, got " + struct.size());
        }
        writeStruct(children, struct, target);
      }
      case LIST -> {
        if (!(value instanceof List<?> list)) {
          throw mismatch(value);
        }
        target.putVarint(list.size());
        children[0].writeAll(list, target);
      }
      case MAP -> {
        if (!(value instanceof Map<?, ?> map)) {
          throw mismatch(value);
        }
        target.putVarint(map.size());
        int keysLength = target.extend(END_SLOT_BYTES);
        children[0].writeAll(map.keySet(), target);
        target.setIntLittle(keysLength, target.length() - keysLength - END_SLOT_BYTES);
        children[1].writeAll(map.values(), target);
      }
      default ->
          throw new InvalidArgumentException(
              "Column " + path + " of type " + type + " can only be null");
    }
  }

  private InvalidArgumentException mismatch(Object value) {
    return new InvalidArgumentException(
        "Column "
            + path
            + ": a "
            + type.typeId().name().toLowerCase(Locale.ROOT)
            + " is needed, got a "
            + value.getClass().getName());
  }

  /** Reads the tuple of a struct's fields. */
  static void readStruct(FieldCodec[] fields, byte[] bytes, int bitmap, GenericRecord target) {
    int slot = bitmap + bitmapBytes(fields.length);
    int base = slot;
    for (FieldCodec field : fields) {
      base += field.slotBytes;
    }
    int start = 0;
    for (int i = 0; i < fields.length; i++) {
      FieldCodec field = fields[i];
      target.set(i, field.read(bytes, bitmap, i, slot, base, start));
      if (field.variable) {
        start = ByteBuilder.intLittle(bytes, slot);
      }
      slot += field.slotBytes;
    }
  }

  private List<@Nullable Object> readAll(byte[] bytes, int bitmap, int count) {
    // Every value takes at least one bit, so that a damaged count cannot ask for more than a row's
    // size.
    if (count < 0 || bitmapBytes(count) > bytes.length - bitmap) {
      throw new IndexOutOfBoundsException("A list of " + count + " in " + bytes.length + " bytes");
    }
    int slot = bitmap + bitmapBytes(count);
    int base = slot + count * slotBytes;
    int start = 0;
    List<@Nullable Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(read(bytes, bitmap, i, slot, base, start));
      if (variable) {
        start = ByteBuilder.intLittle(bytes, slot);
      }
      slot += slotBytes;
    }
    return values;
  }

  /** Reads value {@code i} of a tuple; {@code start} is where the variable value before it ends. */
  private @Nullable Object read(byte[] bytes, int bitmap, int i, int slot, int base, int start) {
    if ((bytes[bitmap + (i >>> 3)] & 1 << (i & 7)) != 0) {
      return null;
    }
    return switch (kind) {
      case BOOLEAN -> bytes[slot] != 0;
      case INT -> scalar.fromInt(ByteBuilder.intLittle(bytes, slot));
      case LONG -> scalar.fromLong(ByteBuilder.longLittle(bytes, slot));
      case FLOAT -> Float.intBitsToFloat(ByteBuilder.intLittle(bytes, slot));
      case DOUBLE -> Double.longBitsToDouble(ByteBuilder.longLittle(bytes, slot));
      case BYTES ->
          variable
              ? scalar.fromBytes(bytes, base + start, ByteBuilder.intLittle(bytes, slot) - start)
              : scalar.fromBytes(bytes, slot, slotBytes);
      case OBJECT -> readNested(bytes, base + start);
    };
  }

  /** Reads the struct, list or map that begins at {@code at}. */
  Object readNested(byte[] bytes, int at) {
    return switch (type.typeId()) {
      case STRUCT -> {
        GenericRecord record = GenericRecord.create((Types.StructType) type);
        readStruct(children, bytes, at, record);
        yield record;
      }
      case LIST -> {
        int count = varint(bytes, at);
        yield children[0].readAll(bytes, at + varintBytes(count), count);
      }
      case MAP -> readMap(bytes, at);
      default -> throw new IndexOutOfBoundsException("A value of type " + type);
    };
  }

  private Map<@Nullable Object, @Nullable Object> readMap(byte[] bytes, int at) {
    int size = varint(bytes, at);
    int keysAt = at + varintBytes(size) + END_SLOT_BYTES;
    int valuesAt = keysAt + ByteBuilder.intLittle(bytes, keysAt - END_SLOT_BYTES);
    List<@Nullable Object> keys = children[0].readAll(bytes, keysAt, size);
    List<@Nullable Object> values = children[1].readAll(bytes, valuesAt, size);
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(keys.get(i), values.get(i));
    }
    return map;
  }

  private static int varint(byte[] bytes, int at) {
    int value = 0;
    for (int i = 0; i < 5; i++) {
      byte next = bytes[at + i];
      value |= (next & 0x7F) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("A count of more than five bytes");
  }

  private static int varintBytes(int value) {
    return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
  }
}
