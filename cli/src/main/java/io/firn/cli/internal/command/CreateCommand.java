package io.firn.cli.internal.command;

import io.firn.cli.internal.text.SchemaText;
import io.firn.engine.FirnTable;
import io.firn.error.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code firn create}: an empty table. */
@Command(name = "create", description = "Create an empty table.")
final class CreateCommand extends TableCommand {

  @Option(
      names = "--schema",
      required = true,
      description =
          "The columns: 'id:long!, name:string, price:decimal(9,2), at:timestamptz'; ! means"
              + " required. Types: boolean, int, long, float, double, date, time, timestamp,"
              + " timestamptz, timestamp_ns, timestamptz_ns, string, uuid, binary, fixed(n),"
              + " decimal(p,s), list<..>, map<..,..>, struct<..>")
  private String schema = "";

  @Option(
      names = "--key",
      required = true,
      split = ",",
      paramLabel = "COLUMN",
      description = "The key columns, in the order of the key")
  private final List<String> key = new ArrayList<>();

  @Option(
      names = "--format-version",
      defaultValue = "3",
      paramLabel = "2|3",
      description =
          "Iceberg's format version: 2 for readers without deletion vectors (default:"
              + " ${DEFAULT-VALUE})")
  private String formatVersion = "3";

  @Override
  int run() {
    Schema parsed = SchemaText.parse(schema);
    for (String column : key) {
      if (parsed.asStruct().field(column) == null) {
        throw new InvalidArgumentException("--key: the schema has no column '" + column + "'");
      }
    }
    FirnTable.Builder creator = table.creator().schema(parsed).key(key.toArray(String[]::new));
    creator.property("format-version", formatVersion);
    creator.create().close();
    terminal().say("Created " + table.location() + " with key (" + String.join(", ", key) + ")");
    return ExitCode.OK;
  }
}
