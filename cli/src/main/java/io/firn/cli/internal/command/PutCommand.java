package io.firn.cli.internal.command;

import io.firn.cli.internal.text.JsonRowReader;
import io.firn.engine.FirnTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.data.Record;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code firn put}: rows given as JSON, as one atomic batch. */
@Command(
    name = "put",
    description =
        "Write rows given as JSON, all together, each replacing the row with the same key.")
final class PutCommand extends TableCommand {

  @Option(
      names = "--json",
      required = true,
      paramLabel = "OBJECT",
      description = "A row: '{\"id\":1,\"name\":\"a\"}'. Repeatable")
  private final List<String> objects = new ArrayList<>();

  @Override
  int run() {
    try (FirnTable opened = table.builder().open()) {
      JsonRowReader reader = new JsonRowReader(opened.schema());
      List<Record> rows = objects.stream().map(reader::read).toList();
      opened.putAll(rows);
      opened.flush();
    }
    return ExitCode.OK;
  }
}
