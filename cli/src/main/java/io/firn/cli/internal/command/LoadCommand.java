package io.firn.cli.internal.command;

import io.firn.cli.internal.input.InputFile;
import io.firn.cli.internal.output.Quantity;
import io.firn.engine.FirnTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firn load}: files of rows into a table. */
@Command(
    name = "load",
    description = {
      "Write the rows of files, each replacing the row with the same key.",
      "All files are read and checked before the first row is written: after a bad row the table is"
          + " as it was. When the command returns, everything is durable and visible to Iceberg"
          + " readers."
    })
final class LoadCommand extends TableCommand {

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "Files to load")
  private final List<Path> paths = new ArrayList<>();

  @Option(
      names = "--format",
      description = "${COMPLETION-CANDIDATES}; without it, the file names tell")
  private InputFile.@Nullable Format format;

  @Option(names = "--header", description = "The first line of CSV files names the columns")
  private boolean header;

  @Override
  int run() {
    List<InputFile> files = new ArrayList<>();
    for (Path path : paths) {
      files.add(
          InputFile.of(
              path,
              format == null ? InputFile.formatOf(path) : format,
              header ? InputFile.Header.PRESENT : InputFile.Header.ABSENT));
    }
    long start = System.nanoTime();
    long rows;
    try (FirnTable opened = table.builder().open()) {
      Loader loader = new Loader(opened, files, terminal());
      rows = loader.check();
      loader.load(rows);
      opened.flush();
    }
    long nanos = System.nanoTime() - start;
    terminal()
        .say(
            String.format(
                Locale.ROOT,
                "Loaded %s rows from %s in %s (%s rows/s)",
                Quantity.count(rows),
                Quantity.of(files.size(), "file"),
                Quantity.nanos(nanos),
                Quantity.count((long) (rows / (nanos / 1e9)))));
    return ExitCode.OK;
  }
}
