package io.firn.cli.internal.command;

import io.firn.cli.internal.input.BadInputException;
import io.firn.cli.internal.input.InputFile;
import io.firn.cli.internal.input.RowSource;
import io.firn.cli.internal.output.Progress;
import io.firn.cli.internal.output.Terminal;
import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import io.firn.error.InvalidArgumentException;
import java.util.List;
import org.apache.iceberg.data.Record;

/**
 * Writes the rows of files into a table in two passes: one that reads and checks every row, and one
 * that writes them. A file that changed in between stops the second pass before its first row.
 *
 * <p>Rows are logged without waiting for the disk, so the caller has to flush before they can be
 * called loaded. Not safe for use by several threads.
 */
final class Loader {

  private static final int BATCH_ROWS = 1_000;
  private static final WriteOptions UNTIL_FLUSH = WriteOptions.of(Durability.NONE);

  private final FirnTable table;
  private final List<InputFile> files;
  private final Terminal terminal;

  Loader(FirnTable table, List<InputFile> files, Terminal terminal) {
    this.table = table;
    this.files = List.copyOf(files);
    this.terminal = terminal;
  }

  /**
   * Reads all files and checks that the table would take each row.
   *
   * @return the number of rows
   * @throws BadInputException naming file, line and column of the first that does not fit
   */
  long check() {
    try (Progress progress = Progress.start(terminal, "check", " rows", -1)) {
      for (InputFile file : files) {
        read(file, progress, batch -> {});
      }
      return progress.done();
    }
  }

  /**
   * Writes all rows, file by file, in their order.
   *
   * @param rows how many there are
   */
  void load(long rows) {
    files.forEach(InputFile::checkUnchanged);
    try (Progress progress = Progress.start(terminal, "load", " rows", rows)) {
      for (InputFile file : files) {
        read(file, progress, batch -> table.write(batch, UNTIL_FLUSH));
      }
    }
  }

  private void read(InputFile file, Progress progress, BatchSink sink) {
    try (RowSource source = file.open(table.schema())) {
      WriteBatch batch = table.newBatch();
      for (Record row = source.next(); row != null; row = source.next()) {
        try {
          batch.put(row);
        } catch (InvalidArgumentException e) {
          throw BadInputException.inRow(source.place(), e);
        }
        progress.step();
        if (batch.size() == BATCH_ROWS) {
          sink.take(batch);
          batch = table.newBatch();
        }
      }
      if (!batch.isEmpty()) {
        sink.take(batch);
      }
    }
  }

  /** Where encoded rows go. */
  private interface BatchSink {
    void take(WriteBatch batch);
  }
}
