package io.firn.cli.internal.command;

import io.firn.cli.internal.output.Terminal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code firn} itself: everything is done by its subcommands. */
@Command(
    name = "firn",
    description = "Tables with a primary key that are Apache Iceberg tables at every flush.",
    mixinStandardHelpOptions = true,
    versionProvider = FirnVersion.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    subcommands = {
      CreateCommand.class,
      LoadCommand.class,
      PutCommand.class,
      DeleteCommand.class,
      GetCommand.class,
      ScanCommand.class,
      CompactCommand.class,
      LevelsCommand.class,
      FilesCommand.class,
      SnapshotsCommand.class,
      StatsCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      ExpireCommand.class,
      LeaseCommand.class,
      ConfigCommand.class,
      DemoCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:the command line cannot be meant",
      "3:verify found something, or repair has something to do",
      "4:another writer holds the table"
    })
public final class FirnCommand implements Runnable {

  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log what the engine does, and show where errors come from")
  private boolean verbose;

  /** The command, on this terminal. */
  public FirnCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  Terminal terminal() {
    return terminal;
  }

  /** True if errors should show where they come from. */
  public boolean verbose() {
    return verbose;
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec, "spec").commandLine(), "Missing command");
  }
}
