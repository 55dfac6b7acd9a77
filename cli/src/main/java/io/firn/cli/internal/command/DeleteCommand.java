package io.firn.cli.internal.command;

import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code firn delete}: rows by their keys, as one atomic batch. */
@Command(
    name = "delete",
    description = {
      "Delete the rows with these keys, all together; a key without a row is no error.",
      "As many values as the table has key columns make one key."
    })
final class DeleteCommand extends TableCommand {

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "Values of keys")
  private final List<String> values = new ArrayList<>();

  @Override
  int run() {
    try (FirnTable opened = table.builder().open()) {
      KeyText keys = new KeyText(opened.schema(), opened.keyColumns());
      WriteBatch batch = opened.newBatch();
      for (List<Object> key : keys.parseAll(values)) {
        batch.delete(key.toArray());
      }
      opened.write(batch);
      opened.flush();
    }
    return ExitCode.OK;
  }
}
