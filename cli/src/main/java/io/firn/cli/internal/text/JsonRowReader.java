package io.firn.cli.internal.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows from JSON objects, one object for a row, typed by a schema. Fields are found by name;
 * a missing one is null, or the column's write default; an unknown one is an error, and so is null
 * in a required column. Numbers are JSON numbers or strings of digits; dates, UUIDs, bytes and the
 * like are strings as {@link ValueText} reads them. A map is an object if its keys are strings,
 * else (and then too, if one likes) an array of {@code {"key":..,"value":..}}.
 *
 * <p>Not safe for use by several threads.
 */
public final class JsonRowReader {

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Types.StructType row;
  private final Map<Types.StructType, StructPlan> plans = new HashMap<>();

  /** A reader of rows of this schema. */
  public JsonRowReader(Schema schema) {
    this.row = schema.asStruct();
  }

  /**
   * Reads one row.
   *
   * @throws InvalidArgumentException if the text is not one JSON object that fits the schema; the
   *     message names the column of the table and the place in the text
   */
  public Record read(String json) {
    return (Record) Objects.requireNonNull(parse(json, row, ""));
  }

  /**
   * Reads one value of a nested type, as a cell of a text file holds it.
   *
   * @throws InvalidArgumentException if the text is not JSON of that shape
   */
  public @Nullable Object readValue(String json, NestedField column) {
    return parse(json, column.type(), column.name());
  }

  private @Nullable Object parse(String json, Type type, String path) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == null) {
        throw new InvalidArgumentException("expected JSON, found nothing");
      }
      Object value = path.isEmpty() ? readStruct(parser, row, path) : readValue(parser, type, path);
      if (parser.nextToken() != null) {
        throw new InvalidArgumentException(
            "expected one JSON value, found more behind it" + at(parser));
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new InvalidArgumentException(
          "not valid JSON at character "
              + e.getLocation().getColumnNr()
              + ": "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read from a string in memory", e);
    }
  }

  private Record readStruct(JsonParser parser, Types.StructType struct, String path)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong(parser, path, "a JSON object");
    }
    StructPlan plan = plans.computeIfAbsent(struct, StructPlan::new);
    Record record = GenericRecord.create(struct);
    boolean[] seen = new boolean[plan.fields.length];
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Integer position = plan.positions.get(name);
      if (position == null) {
        throw new InvalidArgumentException(
            "unknown column '" + path + name + "'; the columns are " + plan.names() + at(parser));
      }
      NestedField field = plan.fields[position];
      parser.nextToken();
      Object value = readValue(parser, field.type(), path + name);
      if (value == null && field.isRequired()) {
        throw new InvalidArgumentException(
            "column '" + path + name + "' is required and must not be null" + at(parser));
      }
      record.set(position, value);
      seen[position] = true;
    }
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i] && plan.fields[i].isRequired()) {
        throw new InvalidArgumentException(
            "column '" + path + plan.fields[i].name() + "' is required and missing" + at(parser));
      }
    }
    return record;
  }

  private @Nullable Object readValue(JsonParser parser, Type type, String path) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (type.typeId()) {
      case STRUCT -> readStruct(parser, type.asStructType(), path + ".");
      case LIST -> readList(parser, type.asListType(), path);
      case MAP -> readMap(parser, type.asMapType(), path);
      default -> readPrimitive(parser, type, path);
    };
  }

  private Object readPrimitive(JsonParser parser, Type type, String path) throws IOException {
    JsonToken token = parser.currentToken();
    boolean fits =
        switch (type.typeId()) {
          case BOOLEAN -> token.isBoolean();
          case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL ->
              token.isNumeric() || token == JsonToken.VALUE_STRING;
          default -> token == JsonToken.VALUE_STRING;
        };
    if (!fits) {
      throw wrong(parser, path, ValueText.example(type));
    }
    try {
      return ValueText.parse(type, parser.getText());
    } catch (InvalidArgumentException e) {
      throw new InvalidArgumentException(
          "column '" + path + "': " + e.getMessage() + at(parser), e);
    }
  }

  private List<@Nullable Object> readList(JsonParser parser, Types.ListType type, String path)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(parser, path, "a JSON array");
    }
    List<@Nullable Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Object element = readValue(parser, type.elementType(), path + "[" + list.size() + "]");
      if (element == null && type.isElementRequired()) {
        throw new InvalidArgumentException(
            "the elements of column '" + path + "' are required and must not be null" + at(parser));
      }
      list.add(element);
    }
    return list;
  }

  private Map<Object, @Nullable Object> readMap(JsonParser parser, Types.MapType type, String path)
      throws IOException {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    if (parser.currentToken() == JsonToken.START_OBJECT
        && type.keyType().typeId() == Type.TypeID.STRING) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        putEntry(map, type, key, readValue(parser, type.valueType(), path + "{" + key + "}"), path);
      }
      return map;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(parser, path, "an array of {\"key\":..,\"value\":..}");
    }
    Types.StructType entryType =
        Types.StructType.of(
            NestedField.required(type.keyId(), "key", type.keyType()),
            NestedField.optional(type.valueId(), "value", type.valueType()));
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Record entry = readStruct(parser, entryType, path + "[" + map.size() + "].");
      putEntry(map, type, entry.get(0), entry.get(1), path);
    }
    return map;
  }

  private static void putEntry(
      Map<Object, @Nullable Object> map,
      Types.MapType type,
      Object key,
      @Nullable Object value,
      String path) {
    if (value == null && type.isValueRequired()) {
      throw new InvalidArgumentException(
          "the values of column '" + path + "' are required and must not be null");
    }
    if (map.containsKey(key)) {
      throw new InvalidArgumentException("column '" + path + "' has a map key twice");
    }
    map.put(key, value);
  }

  private static InvalidArgumentException wrong(JsonParser parser, String path, String expected) {
    JsonToken token = parser.currentToken();
    String found =
        token == null
            ? "nothing"
            : switch (token) {
              case START_OBJECT -> "an object";
              case START_ARRAY -> "an array";
              case VALUE_STRING -> "a string";
              case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
              case VALUE_TRUE, VALUE_FALSE -> "a boolean";
              case VALUE_NULL -> "null";
              default -> token.toString();
            };
    String column = path.isEmpty() ? "" : "column '" + path.replaceAll("\\.$", "") + "': ";
    return new InvalidArgumentException(
        column + "expected " + expected + ", found " + found + at(parser));
  }

  private static String at(JsonParser parser) {
    return " (at character " + parser.currentTokenLocation().getColumnNr() + ")";
  }

  /** The fields of a struct by name. */
  private static final class StructPlan {
    final NestedField[] fields;
    final Map<String, Integer> positions = new HashMap<>();

    StructPlan(Types.StructType struct) {
      fields = struct.fields().toArray(NestedField[]::new);
      for (int i = 0; i < fields.length; i++) {
        positions.put(fields[i].name(), i);
      }
    }

    String names() {
      List<String> names = new ArrayList<>();
      for (NestedField field : fields) {
        names.add(field.name());
      }
      return String.join(", ", names);
    }
  }
}
