package io.firn.cli.internal.command;

import io.firn.cli.internal.output.Terminal;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** What every command on a table has in common. */
abstract class TableCommand implements Callable<Integer> {

  @ParentCommand private @Nullable FirnCommand parent;

  @Mixin final TableArgument table = new TableArgument();

  final Terminal terminal() {
    return Objects.requireNonNull(parent, "parent command").terminal();
  }

  @Override
  public final Integer call() {
    return run();
  }

  /** Does the work and returns the exit code. */
  abstract int run();
}
