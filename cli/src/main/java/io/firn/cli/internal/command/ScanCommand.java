package io.firn.cli.internal.command;

import io.firn.cli.internal.output.RowPrinter;
import io.firn.cli.internal.text.WhereText;
import io.firn.engine.FirnTable;
import io.firn.engine.Scan;
import io.firn.error.InvalidArgumentException;
import io.firn.error.StorageException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code firn scan}: rows by key range and filter, from the last committed or an older state. */
@Command(
    name = "scan",
    description = "Print rows in the order of their keys.",
    footer = {
      "%nFilters compare columns with literals:",
      "  price > 10 and name like 'A%%' or at is not null",
      "  day between '2024-01-01' and '2024-01-31', id in (1, 2), not active, x is nan"
    })
final class ScanCommand extends TableCommand {

  private static final int ROWS_BETWEEN_CHECKS = 4_096;

  @Option(
      names = "--from",
      paramLabel = "KEY",
      description =
          "The smallest key: values of all or the leading key columns, with commas between")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "KEY", description = "The key before which to stop")
  private @Nullable String to;

  @Option(
      names = "--prefix",
      paramLabel = "KEY",
      description =
          "Values of the leading key columns. A string at the end need only be the start of the"
              + " column's value; a comma behind it makes it the whole value")
  private @Nullable String prefix;

  @Option(names = "--reverse", description = "Descending keys")
  private boolean reverse;

  @Option(
      names = "--select",
      split = ",",
      paramLabel = "COLUMN",
      description = "Only these columns")
  private final List<String> select = new ArrayList<>();

  @Option(
      names = "--where",
      paramLabel = "FILTER",
      description = "Only rows for which this is true")
  private @Nullable String where;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many rows")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = "The table as it was in this Iceberg snapshot")
  private @Nullable Long snapshot;

  @Option(
      names = "--as-of",
      paramLabel = "TIME|NAME",
      description =
          "The table as it was at a time, like 2026-11-25T20:00:00Z, or in the snapshot that a tag or"
              + " branch names")
  private @Nullable String asOf;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private RowPrinter.Format format = RowPrinter.Format.TABLE;

  @Override
  int run() {
    if (limit < 0) {
      throw new InvalidArgumentException("--limit must not be negative");
    }
    if (snapshot != null && asOf != null) {
      throw new InvalidArgumentException("--snapshot and --as-of exclude each other");
    }
    try (FirnTable opened = table.builder().openReadOnly()) {
      Schema printed = printedSchema(opened.schema());
      try (CloseableIterable<Record> rows = scan(opened).records();
          CloseableIterator<Record> iterator = rows.iterator()) {
        print(iterator, printed);
      } catch (IOException e) {
        throw new StorageException("Cannot close the scan: " + e.getMessage(), e);
      }
    }
    return ExitCode.OK;
  }

  private Scan scan(FirnTable opened) {
    KeyText keys = new KeyText(opened.schema(), opened.keyColumns());
    Scan scan = opened.scan();
    if (from != null) {
      scan = scan.from(keys.parseLeading("--from", from));
    }
    if (to != null) {
      scan = scan.to(keys.parseLeading("--to", to));
    }
    if (prefix != null) {
      scan = narrowToPrefix(scan, keys, prefix);
    }
    if (reverse) {
      scan = scan.reverse();
    }
    if (!select.isEmpty()) {
      scan = scan.select(select.toArray(String[]::new));
    }
    if (where != null) {
      scan = scan.filter(WhereText.parse(where, opened.schema()));
    }
    if (limit != Long.MAX_VALUE) {
      scan = scan.limit(limit);
    }
    if (snapshot != null) {
      return scan.asOf(snapshot);
    }
    return asOf == null ? scan : asOf(scan, asOf);
  }

  private static Scan asOf(Scan scan, String timeOrName) {
    Instant time;
    try {
      time = Instant.parse(timeOrName);
    } catch (DateTimeParseException name) {
      return scan.asOf(timeOrName);
    }
    return scan.asOf(time);
  }

  private static Scan narrowToPrefix(Scan scan, KeyText keys, String prefix) {
    boolean whole = prefix.endsWith(",");
    Object[] leading =
        keys.parseLeading("--prefix", whole ? prefix.substring(0, prefix.length() - 1) : prefix);
    return !whole && keys.endsInText(leading.length - 1)
        ? scan.startsWith(leading)
        : scan.prefix(leading);
  }

  /** The columns in the order they were asked for. */
  private Schema printedSchema(Schema schema) {
    if (select.isEmpty()) {
      return schema;
    }
    for (String column : select) {
      if (schema.findField(column) == null) {
        throw new InvalidArgumentException("--select: the table has no column '" + column + "'");
      }
    }
    boolean nested = select.stream().anyMatch(column -> schema.asStruct().field(column) == null);
    return nested
        ? schema.select(select)
        : new Schema(select.stream().map(schema::findField).toList());
  }

  private void print(CloseableIterator<Record> rows, Schema schema) {
    @Nullable RowPrinter printer = null;
    for (long count = 1; rows.hasNext(); count++) {
      Record row = rows.next();
      if (printer == null) {
        printer = RowPrinter.of(format, terminal(), row.struct().asSchema());
      }
      printer.print(row);
      if (count % ROWS_BETWEEN_CHECKS == 0 && terminal().readerGone()) {
        return;
      }
    }
    (printer == null ? RowPrinter.of(format, terminal(), schema) : printer).finish();
  }
}
