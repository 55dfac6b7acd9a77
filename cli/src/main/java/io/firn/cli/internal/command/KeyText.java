package io.firn.cli.internal.command;

import io.firn.cli.internal.text.ValueText;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/** Keys on the command line. Several key columns are separated by commas, quoted as in CSV. */
final class KeyText {

  private final List<NestedField> columns;

  KeyText(Schema schema, List<String> keyColumns) {
    this.columns = keyColumns.stream().map(schema::findField).toList();
  }

  /**
   * Reads whole keys from single values: as many as there are key columns make one key.
   *
   * @throws InvalidArgumentException if the last key is not whole or a value does not fit
   */
  List<List<Object>> parseAll(List<String> values) {
    if (values.size() % columns.size() != 0) {
      throw new InvalidArgumentException(
          "A key of this table has "
              + columns.size()
              + " values ("
              + names()
              + "); "
              + values.size()
              + " values are no whole number of keys");
    }
    List<List<Object>> keys = new ArrayList<>();
    for (int start = 0; start < values.size(); start += columns.size()) {
      keys.add(parse(values.subList(start, start + columns.size())));
    }
    return keys;
  }

  /**
   * Reads the values of all or the leading key columns.
   *
   * @param option how the command line calls it
   */
  Object[] parseLeading(String option, String text) {
    List<String> values = split(option, text);
    if (values.size() > columns.size()) {
      throw new InvalidArgumentException(
          option
              + " has "
              + values.size()
              + " values; a key of this table has only "
              + columns.size()
              + " ("
              + names()
              + ")");
    }
    return parse(values).toArray();
  }

  /** True if a prefix that ends in the column at this position can end inside its value. */
  boolean endsInText(int position) {
    Type.TypeID type = columns.get(position).type().typeId();
    return type == Type.TypeID.STRING || type == Type.TypeID.BINARY;
  }

  /** A key as {@link #parseLeading} reads it. */
  String print(List<?> key) {
    StringJoiner text = new StringJoiner(",");
    for (int i = 0; i < key.size(); i++) {
      String value = ValueText.print(columns.get(i).type(), key.get(i));
      boolean quoted = value.isEmpty() || value.contains(",") || value.contains("\"");
      text.add(quoted ? '"' + value.replace("\"", "\"\"") + '"' : value);
    }
    return text.toString();
  }

  private List<Object> parse(List<String> values) {
    List<Object> key = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      try {
        key.add(ValueText.parse(columns.get(i).type(), values.get(i)));
      } catch (InvalidArgumentException e) {
        throw new InvalidArgumentException(
            "key column '" + columns.get(i).name() + "': " + e.getMessage(), e);
      }
    }
    return key;
  }

  private static List<String> split(String option, String text) {
    try (CSVParser parser = CSVParser.parse(text, CSVFormat.RFC4180)) {
      List<CSVRecord> records = parser.getRecords();
      if (records.size() == 1) {
        return records.get(0).toList();
      }
    } catch (IOException e) {
      throw new InvalidArgumentException(option + ": " + e.getMessage(), e);
    }
    throw new InvalidArgumentException(option + " must be one key, its values separated by commas");
  }

  private String names() {
    return String.join(", ", columns.stream().map(NestedField::name).toList());
  }
}
