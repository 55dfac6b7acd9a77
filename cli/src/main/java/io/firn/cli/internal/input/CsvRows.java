package io.firn.cli.internal.input;

import io.firn.cli.internal.text.JsonRowReader;
import io.firn.cli.internal.text.ValueText;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Comma separated values as in RFC 4180: quotes around fields that need them, doubled inside. An
 * empty field is null, an empty pair of quotes is the empty string. The columns are those of the
 * header, or the schema's in its order. Nested values are JSON.
 */
final class CsvRows implements RowSource {

  private final InputFile file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final JsonRowReader json;
  private final Schema schema;
  private final Record row;
  private NestedField[] fields;
  private int[] positions;
  private long line = 1;

  private CsvRows(InputFile file, CSVParser parser, Schema schema) {
    this.file = file;
    this.parser = parser;
    this.records = parser.iterator();
    this.json = new JsonRowReader(schema);
    this.schema = schema;
    this.row = GenericRecord.create(schema);
    this.fields = schema.columns().toArray(NestedField[]::new);
    this.positions = new int[fields.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
  }

  static RowSource open(InputFile file, Schema schema) {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            // Together these two tell "" from nothing.
            .setQuoteMode(QuoteMode.ALL_NON_NULL)
            .setNullString("")
            .setIgnoreEmptyLines(true)
            .get();
    CsvRows rows;
    try {
      rows = new CsvRows(file, CSVParser.parse(LineReader.open(file), format), schema);
    } catch (IOException e) {
      throw LineReader.notReadable(file.path().toString(), e);
    }
    if (file.header() == InputFile.Header.PRESENT) {
      try {
        rows.readHeader();
      } catch (BadInputException e) {
        rows.close();
        throw e;
      }
    }
    return rows;
  }

  private void readHeader() {
    CSVRecord header = nextRecord();
    if (header == null) {
      throw new BadInputException(file.path() + " is empty; expected a header line", null);
    }
    List<NestedField> found = new ArrayList<>();
    for (int i = 0; i < header.size(); i++) {
      String name = header.get(i) == null ? "" : header.get(i).trim();
      NestedField field = schema.asStruct().field(name);
      if (field == null) {
        throw new BadInputException(
            place()
                + ", column "
                + (i + 1)
                + ": the table has no column '"
                + name
                + "', only "
                + names(schema.columns()),
            null);
      }
      if (found.contains(field)) {
        throw new BadInputException(
            place() + ", column " + (i + 1) + ": column '" + name + "' appears twice", null);
      }
      found.add(field);
    }
    for (NestedField field : schema.columns()) {
      if (field.isRequired() && !found.contains(field)) {
        throw new BadInputException(
            place() + ": column '" + field.name() + "' is required and missing", null);
      }
    }
    fields = found.toArray(NestedField[]::new);
    positions = found.stream().mapToInt(schema.columns()::indexOf).toArray();
  }

  @Override
  public @Nullable Record next() {
    CSVRecord cells = nextRecord();
    if (cells == null) {
      return null;
    }
    if (cells.size() != fields.length) {
      throw new BadInputException(
          place()
              + ": expected "
              + fields.length
              + " fields ("
              + names(List.of(fields))
              + "), found "
              + cells.size()
              + (file.header() == InputFile.Header.ABSENT
                  ? "; if the first line names the columns, say --header"
                  : ""),
          null);
    }
    for (int i = 0; i < fields.length; i++) {
      row.set(positions[i], cell(i, cells.get(i)));
    }
    return row;
  }

  private @Nullable Object cell(int i, @Nullable String text) {
    NestedField field = fields[i];
    try {
      if (text != null) {
        return field.type().isPrimitiveType()
            ? ValueText.parse(field.type(), text)
            : json.readValue(text, field);
      }
    } catch (InvalidArgumentException e) {
      throw BadInputException.inRow(column(i), e);
    }
    if (field.isRequired()) {
      throw new BadInputException(column(i) + ": is required and must not be empty", null);
    }
    return null;
  }

  private String column(int i) {
    return place() + ", column " + (i + 1) + " (" + fields[i].name() + ")";
  }

  private @Nullable CSVRecord nextRecord() {
    // The parser counts the lines it has read whole; the next record starts behind them.
    line = parser.getCurrentLineNumber() + 1;
    try {
      return records.hasNext() ? records.next() : null;
    } catch (UncheckedIOException e) {
      throw LineReader.notReadable(place() + " or later", e);
    } catch (IllegalStateException e) {
      throw new BadInputException(place() + ": " + e.getMessage(), e);
    }
  }

  private static String names(List<NestedField> fields) {
    return fields.stream().map(NestedField::name).collect(Collectors.joining(", "));
  }

  @Override
  public String place() {
    return file.path() + ", line " + line;
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw new BadInputException("Cannot close " + file.path() + ": " + e.getMessage(), e);
    }
  }
}
