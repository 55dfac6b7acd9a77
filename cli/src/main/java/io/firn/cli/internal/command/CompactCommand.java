package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.output.Quantity;
import io.firn.engine.CompactionKind;
import io.firn.engine.CompactionReport;
import io.firn.engine.FirnTable;
import io.firn.engine.OwnerClient;
import io.firn.engine.PlannedJob;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code firn compact}: here, or by the process that writes the table. */
@Command(
    name = "compact",
    description = {
      "Compact what is due, or everything.",
      "If a process has the table open for writing, it is asked to do it; otherwise this one opens"
          + " the table and does it. The command says which, and returns when it is committed."
    })
final class CompactCommand extends TableCommand {

  @Option(names = "--full", description = "Everything into one sorted run")
  private boolean full;

  @Option(
      names = "--purge-deletes",
      description = "Rewrite every file with masked rows, so that no deletion vector is left")
  private boolean purgeDeletes;

  @Option(names = "--plan", description = "Only show the jobs that would be done")
  private boolean plan;

  @Option(
      names = "--detached",
      description =
          "Do it in this process even if another one has the table open for writing, and commit"
              + " through the catalog")
  private boolean detached;

  @Override
  int run() {
    if (full && purgeDeletes) {
      throw new InvalidArgumentException("--full already purges deletes; give one of the two");
    }
    CompactionKind kind =
        full
            ? CompactionKind.FULL
            : purgeDeletes ? CompactionKind.PURGE_DELETES : CompactionKind.DUE;
    if (plan) {
      return printPlan(kind);
    }
    FirnTable.Builder builder = table.builder();
    if (detached) {
      report(builder.compactDetached(kind));
      return ExitCode.OK;
    }
    Optional<OwnerClient> owner = builder.findOwner();
    if (owner.isPresent()) {
      return ask(owner.get(), kind);
    }
    try (FirnTable opened = builder.open()) {
      terminal().say("No process has the table open for writing; compacting here");
      report(opened.compact(kind));
      return ExitCode.OK;
    } catch (LockedException e) {
      // Somebody opened it between the question and the answer.
      return ask(builder.findOwner().orElseThrow(() -> e), kind);
    }
  }

  private int ask(OwnerClient owner, CompactionKind kind) {
    terminal().say("Asking the process that writes the table: " + owner.description());
    report(owner.compact(kind));
    return ExitCode.OK;
  }

  private void report(CompactionReport report) {
    if (report.jobs() == 0 && report.filesMoved() == 0) {
      terminal().print("There was nothing to do");
      return;
    }
    terminal()
        .print(
            String.format(
                Locale.ROOT,
                "%s: %s (%s) became %d (%s), %d moved without I/O, %s masked rows gone",
                Quantity.of(report.jobs(), "job"),
                Quantity.of(report.filesIn(), "file"),
                Quantity.bytes(report.bytesIn()),
                report.filesOut(),
                Quantity.bytes(report.bytesOut()),
                report.filesMoved(),
                Quantity.count(report.rowsDropped())));
  }

  private int printPlan(CompactionKind kind) {
    try (FirnTable opened = table.builder().openReadOnly()) {
      Listing listing =
          new Listing(
              column("job", Kind.TEXT),
              column("files", Kind.COUNT),
              column("bytes", Kind.BYTES),
              column("live_rows", Kind.COUNT),
              column("masked_rows", Kind.COUNT),
              column("to_level", Kind.ID),
              column("rewrites", Kind.TEXT),
              column("score", Kind.NUMBER));
      List<PlannedJob> jobs = opened.planCompaction(kind);
      if (jobs.isEmpty()) {
        terminal().say("There is nothing to do");
        return ExitCode.OK;
      }
      for (PlannedJob job : jobs) {
        listing.add(
            job.kind(),
            job.files(),
            job.bytes(),
            job.liveRows(),
            job.maskedRows(),
            job.outputLevel(),
            job.rewrites() ? "yes" : "no",
            job.score());
      }
      listing.print(Listing.Format.TABLE, terminal());
    }
    return ExitCode.OK;
  }
}
