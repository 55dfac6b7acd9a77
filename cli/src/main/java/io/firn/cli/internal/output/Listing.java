package io.firn.cli.internal.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Facts about a table, printed for people as an aligned table or for programs as JSON. In JSON,
 * numbers are plain: sizes in bytes, times as ISO timestamps.
 */
public final class Listing {

  /** How listings are printed. */
  public enum Format {
    TABLE,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a column holds, which decides how people see it. */
  public enum Kind {
    TEXT,
    COUNT,
    BYTES,
    /** Milliseconds since the epoch. */
    TIME,
    NUMBER,
    /** A number that names something, and so is shown without separators. */
    ID
  }

  /**
   * A column.
   *
   * @param name in JSON; people see it with spaces
   * @param kind what it holds
   */
  public record Column(String name, Kind kind) {}

  private static final ObjectWriter JSON =
      new ObjectMapper()
          .writerWithDefaultPrettyPrinter()
          .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  private final List<Column> columns;
  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  /** An empty listing with these columns. */
  public Listing(Column... columns) {
    this.columns = List.of(columns);
  }

  /** A column, for short. */
  public static Column column(String name, Kind kind) {
    return new Column(name, kind);
  }

  /** Adds a row: one value for each column. */
  public void add(@Nullable Object... values) {
    rows.add(Arrays.asList(values));
  }

  /** The number of rows. */
  public int size() {
    return rows.size();
  }

  /** Prints all rows. */
  public void print(Format format, Terminal terminal) {
    if (format == Format.JSON) {
      List<Map<String, @Nullable Object>> objects = new ArrayList<>();
      rows.forEach(row -> objects.add(asObject(row)));
      printJson(objects, terminal);
    } else {
      TextTable table =
          new TextTable(
              columns.stream().map(column -> column.name().replace('_', ' ')).toList(),
              columns.stream()
                  .map(
                      column ->
                          column.kind() == Kind.TEXT || column.kind() == Kind.TIME
                              ? TextTable.Side.LEFT
                              : TextTable.Side.RIGHT)
                  .toList());
      rows.forEach(row -> table.add(asText(row)));
      table.print(terminal);
    }
  }

  /** Prints the first row only, each column on a line of its own, or as one JSON object. */
  public void printOne(Format format, Terminal terminal) {
    if (format == Format.JSON) {
      printJson(asObject(rows.get(0)), terminal);
      return;
    }
    List<String> cells = asText(rows.get(0));
    int width = columns.stream().mapToInt(column -> column.name().length()).max().orElse(0);
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i).name().replace('_', ' ');
      terminal.print(name + " ".repeat(width - name.length() + 2) + cells.get(i));
    }
  }

  /** The rows as JSON would show them. */
  public List<Map<String, @Nullable Object>> asObjects() {
    return rows.stream().map(this::asObject).toList();
  }

  /** Prints any value as JSON. */
  public static void printJson(Object value, Terminal terminal) {
    try {
      terminal.print(JSON.writeValueAsString(value));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write JSON", e);
    }
  }

  private Map<String, @Nullable Object> asObject(List<@Nullable Object> row) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.get(i);
      boolean time = columns.get(i).kind() == Kind.TIME && value != null;
      object.put(columns.get(i).name(), time ? text(columns.get(i), value) : value);
    }
    return object;
  }

  private List<String> asText(List<@Nullable Object> row) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      cells.add(text(columns.get(i), row.get(i)));
    }
    return cells;
  }

  private static String text(Column column, @Nullable Object value) {
    if (value == null) {
      return "-";
    }
    return switch (column.kind()) {
      case COUNT -> Quantity.count(((Number) value).longValue());
      case BYTES -> Quantity.bytes(((Number) value).longValue());
      case TIME -> Instant.ofEpochMilli(((Number) value).longValue()).toString();
      case NUMBER -> String.format(Locale.ROOT, "%.2f", ((Number) value).doubleValue());
      case TEXT, ID -> value.toString();
    };
  }
}
