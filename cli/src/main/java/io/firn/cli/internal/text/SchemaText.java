package io.firn.cli.internal.text;

import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The schema notation of the command line:
 *
 * <pre>
 * schema = column {"," column}
 * column = name ":" type ["!"]                     "!" makes it required
 * type   = boolean | int | long | float | double | date | time | timestamp | timestamptz
 *        | timestamp_ns | timestamptz_ns | string | uuid | binary
 *        | fixed(LENGTH) | decimal(PRECISION,SCALE)
 *        | list&lt;type ["!"]&gt; | map&lt;type,type ["!"]&gt; | struct&lt;column {"," column}&gt;
 * </pre>
 *
 * <p>Names that are not plain words stand between double quotes. Field ids are given in the order
 * of appearance; a table that is created from the schema numbers them anew.
 */
public final class SchemaText {

  private static final String KNOWN =
      "boolean, int, long, float, double, date, time, timestamp, timestamptz, timestamp_ns,"
          + " timestamptz_ns, string, uuid, binary, fixed(n), decimal(p,s), list<..>, map<..,..>,"
          + " struct<..>";

  private static final int MAX_DEPTH = 100;

  private final TextCursor cursor;
  private int lastId;
  private int depth;

  private SchemaText(String text) {
    this.cursor = new TextCursor("schema", text);
  }

  /**
   * Reads a schema.
   *
   * @throws InvalidArgumentException if the text is not one; the message shows the place
   */
  public static Schema parse(String text) {
    SchemaText parser = new SchemaText(text);
    List<NestedField> columns = parser.columns();
    if (!parser.cursor.atEnd()) {
      throw parser.cursor.errorHere("expected ',' or the end" + parser.cursor.found());
    }
    return new Schema(columns);
  }

  /** Writes a schema so that {@link #parse} reads it back. */
  public static String print(Schema schema) {
    return printFields(schema.columns(), ", ");
  }

  /** Writes a type as it stands in a schema. */
  public static String print(Type type) {
    return switch (type.typeId()) {
      case STRUCT -> "struct<" + printFields(type.asStructType().fields(), ",") + ">";
      case LIST ->
          "list<"
              + print(type.asListType().elementType())
              + required(!type.asListType().isElementOptional())
              + ">";
      case MAP ->
          "map<"
              + print(type.asMapType().keyType())
              + ","
              + print(type.asMapType().valueType())
              + required(!type.asMapType().isValueOptional())
              + ">";
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield "decimal(" + decimal.precision() + "," + decimal.scale() + ")";
      }
      case FIXED -> "fixed(" + ((Types.FixedType) type).length() + ")";
      default -> type.toString();
    };
  }

  private static String printFields(List<NestedField> fields, String separator) {
    StringBuilder text = new StringBuilder();
    for (NestedField field : fields) {
      text.append(text.isEmpty() ? "" : separator)
          .append(printName(field.name()))
          .append(':')
          .append(print(field.type()))
          .append(required(field.isRequired()));
    }
    return text.toString();
  }

  private static String required(boolean required) {
    return required ? "!" : "";
  }

  private static String printName(String name) {
    boolean plain =
        !name.isEmpty()
            && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '$');
    return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private List<NestedField> columns() {
    List<NestedField> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    do {
      cursor.skipSpace();
      int start = cursor.position();
      String name = cursor.name("a column name");
      if (name.isEmpty()) {
        throw cursor.errorAt(start, "a column name must not be empty");
      }
      if (!names.add(name)) {
        throw cursor.errorAt(start, "column '" + name + "' appears twice");
      }
      cursor.expect(":");
      int id = ++lastId;
      Type type = type();
      columns.add(
          cursor.accept("!")
              ? NestedField.required(id, name, type)
              : NestedField.optional(id, name, type));
    } while (cursor.accept(","));
    return columns;
  }

  private Type type() {
    cursor.skipSpace();
    int start = cursor.position();
    if (++depth > MAX_DEPTH) {
      throw cursor.errorAt(start, "types nested more than " + MAX_DEPTH + " deep");
    }
    String word = cursor.bareWord();
    Type type =
        switch (word.toLowerCase(Locale.ROOT)) {
          case "boolean" -> Types.BooleanType.get();
          case "int" -> Types.IntegerType.get();
          case "long" -> Types.LongType.get();
          case "float" -> Types.FloatType.get();
          case "double" -> Types.DoubleType.get();
          case "date" -> Types.DateType.get();
          case "time" -> Types.TimeType.get();
          case "timestamp" -> Types.TimestampType.withoutZone();
          case "timestamptz" -> Types.TimestampType.withZone();
          case "timestamp_ns" -> Types.TimestampNanoType.withoutZone();
          case "timestamptz_ns" -> Types.TimestampNanoType.withZone();
          case "string" -> Types.StringType.get();
          case "uuid" -> Types.UUIDType.get();
          case "binary" -> Types.BinaryType.get();
          case "fixed" -> fixed();
          case "decimal" -> decimal();
          case "list" -> list();
          case "map" -> map();
          case "struct" -> struct();
          case "" -> throw cursor.errorAt(start, "expected a type" + cursor.found());
          default ->
              throw cursor.errorAt(start, "unknown type '" + word + "'; the types are " + KNOWN);
        };
    depth--;
    return type;
  }

  private Type fixed() {
    String close = cursor.accept("[") ? "]" : ")";
    if (close.equals(")")) {
      cursor.expect("(");
    }
    int length = number("a length in bytes", 1, Integer.MAX_VALUE);
    cursor.expect(close);
    return Types.FixedType.ofLength(length);
  }

  private Type decimal() {
    cursor.expect("(");
    int precision = number("a precision", 1, 38);
    cursor.expect(",");
    int scale = number("a scale", 0, precision);
    cursor.expect(")");
    return Types.DecimalType.of(precision, scale);
  }

  private Type list() {
    cursor.expect("<");
    int id = ++lastId;
    Type element = type();
    boolean required = cursor.accept("!");
    cursor.expect(">");
    return required
        ? Types.ListType.ofRequired(id, element)
        : Types.ListType.ofOptional(id, element);
  }

  private Type map() {
    cursor.expect("<");
    int keyId = ++lastId;
    int valueId = ++lastId;
    Type key = type();
    cursor.expect(",");
    Type value = type();
    boolean required = cursor.accept("!");
    cursor.expect(">");
    return required
        ? Types.MapType.ofRequired(keyId, valueId, key, value)
        : Types.MapType.ofOptional(keyId, valueId, key, value);
  }

  private Type struct() {
    cursor.expect("<");
    List<NestedField> fields = columns();
    cursor.expect(">");
    return Types.StructType.of(fields);
  }

  private int number(String what, int min, int max) {
    cursor.skipSpace();
    int start = cursor.position();
    String digits = cursor.bareWord();
    try {
      int value = Integer.parseInt(digits);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      if (digits.isEmpty()) {
        throw cursor.errorAt(start, "expected " + what + cursor.found());
      }
    }
    throw cursor.errorAt(start, what + " lies between " + min + " and " + max);
  }
}
