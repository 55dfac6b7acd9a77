package io.firn.cli.internal.command;

import io.firn.cli.internal.output.RowPrinter;
import io.firn.engine.FirnTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.data.Record;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firn get}: rows by their keys, from the last committed state. */
@Command(
    name = "get",
    description = {
      "Print the rows with these keys, as far as there are any; exit code 1 if one is missing.",
      "As many values as the table has key columns make one key."
    })
final class GetCommand extends TableCommand {

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "Values of keys")
  private final List<String> values = new ArrayList<>();

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private RowPrinter.Format format = RowPrinter.Format.TABLE;

  @Override
  int run() {
    try (FirnTable opened = table.builder().openReadOnly()) {
      KeyText keys = new KeyText(opened.schema(), opened.keyColumns());
      List<List<Object>> wanted = keys.parseAll(values);
      List<Optional<Record>> found = opened.multiGet(wanted);
      RowPrinter printer = RowPrinter.of(format, terminal(), opened.schema());
      int missing = 0;
      for (int i = 0; i < wanted.size(); i++) {
        if (found.get(i).isPresent()) {
          printer.print(found.get(i).get());
        } else {
          missing++;
        }
      }
      printer.finish();
      if (missing > 0) {
        terminal().say(missing + " of " + wanted.size() + " keys have no row");
        return ExitCode.FAILURE;
      }
    }
    return ExitCode.OK;
  }
}
