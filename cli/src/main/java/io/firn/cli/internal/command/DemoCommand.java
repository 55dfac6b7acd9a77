package io.firn.cli.internal.command;

import io.firn.cli.internal.input.InputFile;
import io.firn.cli.internal.output.Terminal;
import io.firn.error.InvalidArgumentException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code firn demo}: the main job on real data. */
@Command(
    name = "demo",
    description = {
      "Load three million real flights, change them, compact, and ask the same questions here and"
          + " of an Iceberg reader.",
      "No server is needed. The table stays in the directory for you to look at; an older demo there"
          + " is replaced, anything else is left alone."
    })
final class DemoCommand implements Callable<Integer> {

  @ParentCommand private @Nullable FirnCommand parent;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIRECTORY",
      defaultValue = "firn-demo",
      description = "Where to put the table; default: ./${DEFAULT-VALUE}")
  private Path directory = Path.of("firn-demo");

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "The flights as Parquet; default: testdata/flights-3m.parquet of this checkout")
  private @Nullable Path data;

  @Override
  public Integer call() {
    Terminal terminal = Objects.requireNonNull(parent, "parent command").terminal();
    InputFile flights =
        InputFile.of(
            data == null ? bundled() : data, InputFile.Format.PARQUET, InputFile.Header.ABSENT);
    DemoDirectory target = DemoDirectory.of(directory);
    boolean equal = new Demo(flights, target, terminal).run();
    return equal ? ExitCode.OK : ExitCode.FAILURE;
  }

  private static Path bundled() {
    String home = System.getProperty("firn.home");
    if (home == null) {
      throw new InvalidArgumentException(
          "The demo's data is in the checkout that ./firn runs from; give --data FILE");
    }
    return Path.of(home, "testdata", "flights-3m.parquet");
  }
}
