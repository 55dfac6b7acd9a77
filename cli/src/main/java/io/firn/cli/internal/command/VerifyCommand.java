package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.output.Progress;
import io.firn.cli.internal.output.Quantity;
import io.firn.cli.internal.verify.ViewComparison;
import io.firn.engine.Finding;
import io.firn.engine.TableVerifier;
import io.firn.engine.TableVerifier.Depth;
import io.firn.engine.VerifyReport;
import io.firn.storage.LocalStorage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firn verify}: proves that the table obeys its laws. */
@Command(
    name = "verify",
    description = {
      "Check that the table is what Firn promises; exit code 3 if it is not.",
      "One live row per key; files sorted and complete; at most one valid deletion vector per data"
          + " file; true bounds and counts; every referenced file there; the log whole; checksums"
          + " right; the engine's rows equal to those an Iceberg reader reads."
    })
final class VerifyCommand extends TableCommand {

  @Option(
      names = "--deep",
      description = "Read every column of every snapshot's files, not only the current keys")
  private boolean deep;

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    Depth depth = deep ? Depth.EVERYTHING : Depth.KEYS;
    VerifyReport report = verify(depth);
    List<Finding> findings = new ArrayList<>(report.findings());
    boolean sound = report.sound();
    if (report.snapshotId() != -1) {
      Optional<Finding> difference =
          ViewComparison.compare(table.location(), table.builder(), report.snapshotId(), depth);
      difference.ifPresent(findings::add);
      sound &= difference.isEmpty();
    }
    print(report, findings);
    terminal()
        .say(
            String.format(
                Locale.ROOT,
                "Verified %s of %s live rows in %d data files: %s",
                deep ? "every column" : "the keys",
                Quantity.count(report.liveRows()),
                report.files(),
                sound ? "the table is sound" : "the table is NOT sound"));
    return sound ? ExitCode.OK : ExitCode.FINDINGS;
  }

  private VerifyReport verify(Depth depth) {
    try (Progress progress = Progress.start(terminal(), "verify", " rows", -1)) {
      return TableVerifier.verify(
          table.location(),
          new LocalStorage(),
          table.localDirectory(),
          depth,
          (done, total) -> progress.moveTo(done));
    }
  }

  private void print(VerifyReport report, List<Finding> findings) {
    Listing listing =
        new Listing(
            column("severity", Kind.TEXT), column("what", Kind.TEXT), column("file", Kind.TEXT));
    for (Finding finding : findings) {
      listing.add(
          finding.severity().name().toLowerCase(Locale.ROOT), finding.what(), finding.file());
    }
    if (format.format() == Listing.Format.JSON) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      all.put("snapshot_id", report.snapshotId());
      all.put("data_files", report.files());
      all.put("rows", report.rows());
      all.put("live_rows", report.liveRows());
      all.put("findings", listing.asObjects());
      all.put("unlisted_findings", report.unlisted());
      Listing.printJson(all, terminal());
    } else {
      // Whole names, one finding a line: cutting them to columns would hide which file is meant.
      for (Finding finding : findings) {
        terminal()
            .print(
                finding.severity().name().toLowerCase(Locale.ROOT)
                    + "  "
                    + finding.file()
                    + ": "
                    + finding.what());
      }
    }
  }
}
