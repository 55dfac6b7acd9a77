package io.firn.testkit;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A row as it was written, by field id, and what it is under a later schema: dropped fields are
 * gone, added ones have their default, numbers are widened. Written down again here, beside the
 * engine's own code for it.
 */
public record EvolvedRow(Map<Integer, @Nullable Object> values) {

  /** A row of this type. */
  public static EvolvedRow of(StructLike row, StructType type) {
    Map<Integer, @Nullable Object> values = new HashMap<>();
    for (int i = 0; i < type.fields().size(); i++) {
      NestedField field = type.fields().get(i);
      Object value = row.get(i, Object.class);
      values.put(
          field.fieldId(),
          value != null && field.type().isStructType()
              ? of((StructLike) value, field.type().asStructType())
              : value);
    }
    return new EvolvedRow(values);
  }

  /** The value of a field under a schema that has it, in Iceberg's generic form. */
  public @Nullable Object value(NestedField field) {
    Object value =
        values.containsKey(field.fieldId()) ? values.get(field.fieldId()) : initialDefault(field);
    return value == null ? null : widened(value, field.type());
  }

  private static @Nullable Object initialDefault(NestedField field) {
    Object value = field.initialDefault();
    return value != null && field.type().typeId() == Type.TypeID.DATE
        ? LocalDate.ofEpochDay((Integer) value)
        : value;
  }

  private static Object widened(Object value, Type type) {
    return switch (type.typeId()) {
      case LONG -> ((Number) value).longValue();
      case DOUBLE -> ((Number) value).doubleValue();
      default -> value;
    };
  }

  /** Whether this is what a reader gave that reads by a schema. */
  public boolean isReadAs(StructLike row, StructType type) {
    List<NestedField> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      Object expected = value(fields.get(i));
      Object found = row.get(i, Object.class);
      if (!matches(fields.get(i).type(), expected, found)) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(Type type, @Nullable Object expected, @Nullable Object found) {
    return (expected instanceof EvolvedRow nested && found instanceof StructLike struct)
        ? nested.isReadAs(struct, type.asStructType())
        : Objects.equals(expected, found);
  }

  /** The row as text under a schema. */
  public String text(StructType type) {
    StringBuilder text = new StringBuilder("{");
    for (NestedField field : type.fields()) {
      Object value = value(field);
      append(
          text,
          field,
          value instanceof EvolvedRow nested ? nested.text(field.type().asStructType()) : value);
    }
    return text.append('}').toString();
  }

  /** What a reader gave, as text. */
  public static String text(StructLike row, StructType type) {
    StringBuilder text = new StringBuilder("{");
    List<NestedField> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      Object value = row.get(i, Object.class);
      append(
          text,
          fields.get(i),
          value instanceof StructLike nested
              ? text(nested, fields.get(i).type().asStructType())
              : value);
    }
    return text.append('}').toString();
  }

  private static void append(StringBuilder text, NestedField field, @Nullable Object value) {
    text.append(field.name()).append('=');
    text.append(
        value == null || value instanceof String
            ? value
            : value.getClass().getSimpleName()
                + ' '
                + (value instanceof BigDecimal decimal ? decimal.toPlainString() : value));
    text.append(' ');
  }
}
