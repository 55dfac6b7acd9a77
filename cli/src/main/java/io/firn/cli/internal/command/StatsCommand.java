package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.engine.FirnTable;
import io.firn.engine.OwnerClient;
import io.firn.engine.TableStats;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firn stats}: a table's figures, those of its writer if there is one. */
@Command(
    name = "stats",
    description = "Print a table's figures; those of the process that writes it, if there is one.")
final class StatsCommand extends TableCommand {

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    FirnTable.Builder builder = table.builder();
    try (FirnTable opened = builder.openReadOnly()) {
      Optional<OwnerClient> owner = builder.findOwner();
      if (owner.isPresent()) {
        terminal().say("Figures of the writer: " + owner.get().description());
        printOwned(owner.get().stats());
      } else {
        terminal().say("Figures of the committed table; no process has it open for writing");
        printCommitted(opened.location(), opened.stats(), opened.snapshots().size());
      }
    }
    return ExitCode.OK;
  }

  /** The owner's account: one name=value a line. */
  private void printOwned(String text) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        String value = line.substring(equals + 1);
        values.put(
            line.substring(0, equals),
            value.matches("-?\\d{1,18}") ? (Object) Long.valueOf(value) : value);
      }
    }
    if (format.format() == Listing.Format.JSON) {
      Listing.printJson(values, terminal());
    } else {
      int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
      values.forEach(
          (name, value) -> terminal().print(name + " ".repeat(width - name.length() + 2) + value));
    }
  }

  private void printCommitted(String location, TableStats stats, int snapshots) {
    Listing listing =
        new Listing(
            column("location", Kind.TEXT),
            column("snapshot_id", Kind.ID),
            column("sequence", Kind.ID),
            column("snapshots", Kind.COUNT),
            column("live_files", Kind.COUNT),
            column("live_rows", Kind.COUNT),
            column("live_bytes", Kind.BYTES),
            column("masked_rows", Kind.COUNT),
            column("levels", Kind.COUNT),
            column("highest_score", Kind.NUMBER));
    listing.add(
        location,
        stats.snapshotId() == -1 ? null : stats.snapshotId(),
        stats.flushedSequence(),
        snapshots,
        stats.liveFiles(),
        stats.liveRows(),
        stats.liveBytes(),
        stats.levels().stream().mapToLong(TableStats.LevelStats::maskedRows).sum(),
        stats.levels().stream().filter(level -> level.files() > 0).count(),
        stats.levels().stream().mapToDouble(TableStats.LevelStats::score).max().orElse(0));
    listing.printOne(format.format(), terminal());
  }
}
