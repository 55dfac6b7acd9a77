package io.firn.cli.internal.output;

import io.firn.cli.internal.text.JsonRowWriter;
import io.firn.cli.internal.text.ValueText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Prints rows one by one. Not safe for use by several threads. */
public abstract sealed class RowPrinter {

  /** How rows are printed. */
  public enum Format {
    /** Aligned columns, for people. Long cells are cut. */
    TABLE,
    /** A JSON object a line. */
    JSONL,
    /** Comma separated values under a header, as {@code load --header} reads them. */
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  final Terminal terminal;
  final List<NestedField> fields;

  RowPrinter(Terminal terminal, Schema schema) {
    this.terminal = terminal;
    this.fields = schema.columns();
  }

  /** A printer of rows of this schema. */
  public static RowPrinter of(Format format, Terminal terminal, Schema schema) {
    return switch (format) {
      case TABLE -> new AsTable(terminal, schema);
      case JSONL -> new AsJson(terminal, schema);
      case CSV -> new AsCsv(terminal, schema);
    };
  }

  /** Prints a row, now or later. */
  public abstract void print(StructLike row);

  /** Prints what has been held back. */
  public abstract void finish();

  static String text(Type type, Object value) {
    return type.isPrimitiveType() ? ValueText.print(type, value) : JsonRowWriter.print(type, value);
  }

  private static final class AsTable extends RowPrinter {
    private static final int ROWS_ALIGNED = 1_000;
    private final TextTable table;

    AsTable(Terminal terminal, Schema schema) {
      super(terminal, schema);
      List<String> names = new ArrayList<>();
      List<TextTable.Side> sides = new ArrayList<>();
      for (NestedField field : fields) {
        names.add(field.name());
        sides.add(
            switch (field.type().typeId()) {
              case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL -> TextTable.Side.RIGHT;
              default -> TextTable.Side.LEFT;
            });
      }
      this.table = new TextTable(names, sides);
    }

    @Override
    public void print(StructLike row) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < fields.size(); i++) {
        Object value = row.get(i, Object.class);
        cells.add(value == null ? "null" : text(fields.get(i).type(), value));
      }
      table.add(cells);
      if (table.heldRows() == ROWS_ALIGNED) {
        table.print(terminal);
      }
    }

    @Override
    public void finish() {
      table.print(terminal);
    }
  }

  private static final class AsJson extends RowPrinter {
    private final Schema schema;

    AsJson(Terminal terminal, Schema schema) {
      super(terminal, schema);
      this.schema = schema;
    }

    @Override
    public void print(StructLike row) {
      terminal.print(JsonRowWriter.print(schema.asStruct(), row));
    }

    @Override
    public void finish() {}
  }

  private static final class AsCsv extends RowPrinter {
    AsCsv(Terminal terminal, Schema schema) {
      super(terminal, schema);
      StringBuilder line = new StringBuilder();
      for (NestedField field : fields) {
        append(line, field.name());
      }
      printLine(line);
    }

    @Override
    public void print(StructLike row) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < fields.size(); i++) {
        Object value = row.get(i, Object.class);
        append(line, value == null ? null : text(fields.get(i).type(), value));
      }
      printLine(line);
    }

    @Override
    public void finish() {}

    private void printLine(StringBuilder line) {
      terminal.print(line.substring(0, line.length() - 1));
    }

    /** Nothing at all is null; the empty string is a pair of quotes. */
    private static void append(StringBuilder line, @Nullable String cell) {
      if (cell != null) {
        boolean quoted =
            cell.isEmpty()
                || cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                || cell.charAt(0) == ' '
                || cell.charAt(cell.length() - 1) == ' ';
        line.append(quoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
      }
      line.append(',');
    }
  }
}
