package io.firn.cli.internal.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as JSON objects on one line each, as {@link JsonRowReader} reads them back to equal
 * values. Nulls are written, decimals keep every digit, NaN and infinities are strings.
 */
public final class JsonRowWriter {

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();

  private JsonRowWriter() {}

  /** One row as a JSON object. */
  public static String print(Types.StructType type, StructLike row) {
    return print((Type) type, row);
  }

  /** One value of any type as JSON. */
  public static String print(Type type, @Nullable Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(json, type, value);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to a string in memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Type type, @Nullable Object value)
      throws IOException {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (type.typeId()) {
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case INTEGER -> json.writeNumber((Integer) value);
      case LONG -> json.writeNumber((Long) value);
      case FLOAT -> writeFloating(json, value, Float.isFinite((Float) value));
      case DOUBLE -> writeFloating(json, value, Double.isFinite((Double) value));
      case DECIMAL -> json.writeNumber((java.math.BigDecimal) value);
      case STRUCT -> writeStruct(json, type.asStructType(), (StructLike) value);
      case LIST -> {
        json.writeStartArray();
        for (Object element : (List<?>) value) {
          write(json, type.asListType().elementType(), element);
        }
        json.writeEndArray();
      }
      case MAP -> writeMap(json, type.asMapType(), (Map<?, ?>) value);
      default -> json.writeString(ValueText.print(type, value));
    }
  }

  private static void writeFloating(JsonGenerator json, Object value, boolean finite)
      throws IOException {
    if (finite) {
      json.writeNumber(value.toString());
    } else {
      json.writeString(value.toString());
    }
  }

  private static void writeStruct(JsonGenerator json, Types.StructType type, StructLike value)
      throws IOException {
    json.writeStartObject();
    List<NestedField> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      json.writeFieldName(fields.get(i).name());
      write(json, fields.get(i).type(), value.get(i, Object.class));
    }
    json.writeEndObject();
  }

  private static void writeMap(JsonGenerator json, Types.MapType type, Map<?, ?> value)
      throws IOException {
    boolean object = type.keyType().typeId() == Type.TypeID.STRING;
    if (object) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
    for (Map.Entry<?, ?> entry : value.entrySet()) {
      if (object) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, type.valueType(), entry.getValue());
      } else {
        json.writeStartObject();
        json.writeFieldName("key");
        write(json, type.keyType(), entry.getKey());
        json.writeFieldName("value");
        write(json, type.valueType(), entry.getValue());
        json.writeEndObject();
      }
    }
    if (object) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
  }
}
