package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.catalog.SnapshotInfo;
import io.firn.catalog.SummaryKeys;
import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.engine.FirnTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firn snapshots}: the retained Iceberg snapshots. */
@Command(name = "snapshots", description = "List the retained Iceberg snapshots, oldest first.")
final class SnapshotsCommand extends TableCommand {

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    Listing listing =
        new Listing(
            column("snapshot_id", Kind.ID),
            column("committed", Kind.TIME),
            column("operation", Kind.TEXT),
            column("job", Kind.TEXT),
            column("sequence", Kind.ID),
            column("rows_added", Kind.COUNT),
            column("rows_masked", Kind.COUNT),
            column("data_files", Kind.COUNT),
            column("refs", Kind.TEXT));
    try (FirnTable opened = table.builder().openReadOnly()) {
      for (SnapshotInfo snapshot : opened.snapshots()) {
        Map<String, String> summary = snapshot.summary();
        listing.add(
            snapshot.snapshotId(),
            snapshot.timestampMillis(),
            snapshot.operation(),
            summary.getOrDefault(SummaryKeys.JOB, "foreign"),
            snapshot.sequence().isPresent() ? snapshot.sequence().getAsLong() : null,
            number(summary, "added-records"),
            number(summary, "added-position-deletes"),
            number(summary, "total-data-files"),
            String.join(" ", snapshot.refs()));
      }
    }
    listing.print(format.format(), terminal());
    return ExitCode.OK;
  }

  /** Iceberg leaves out of a summary what is 0. */
  private static @Nullable Long number(Map<String, String> summary, String key) {
    try {
      return Long.valueOf(summary.getOrDefault(key, "0"));
    } catch (NumberFormatException foreignText) {
      return null;
    }
  }
}
