package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.catalog.SnapshotInfo;
import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.output.Quantity;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firn expire}: old Iceberg snapshots, and the files only they needed. */
@Command(
    name = "expire",
    description = {
      "Expire Iceberg snapshots by policy and delete the files nothing needs any more.",
      "Without --yes, only list the snapshots that are old enough. Snapshots that tags or branches"
          + " name stay."
    })
final class ExpireCommand extends TableCommand {

  @Option(
      names = "--retain-last",
      paramLabel = "N",
      description =
          "The newest snapshots that stay in any case; default: option snapshots-retained-min")
  private @Nullable String retainLast;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description =
          "Only snapshots older than this, like 7d or 30m; default: option"
              + " snapshot-age-millis-max")
  private @Nullable String olderThan;

  @Option(names = "--yes", description = "Do it")
  private boolean yes;

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    FirnTable.Builder builder = table.builder();
    if (retainLast != null) {
      builder.option(OptionKey.SNAPSHOTS_RETAINED_MIN.key(), retainLast);
    }
    if (olderThan != null) {
      builder.option(OptionKey.SNAPSHOT_AGE_MILLIS_MAX.key(), olderThan);
    }
    if (!yes) {
      try (FirnTable opened = builder.openReadOnly()) {
        List<SnapshotInfo> old =
            old(opened.snapshots(), opened.options(), System.currentTimeMillis());
        print(old);
        terminal()
            .say(
                old.isEmpty()
                    ? "No snapshot is old enough to expire"
                    : "Nothing was changed; say --yes to expire these");
      }
      return ExitCode.OK;
    }
    try (FirnTable opened = builder.open()) {
      List<SnapshotInfo> before = opened.snapshots();
      int files = opened.sweep();
      Set<Long> left = new HashSet<>();
      opened.snapshots().forEach(snapshot -> left.add(snapshot.snapshotId()));
      print(before.stream().filter(snapshot -> !left.contains(snapshot.snapshotId())).toList());
      terminal()
          .say(
              "Deleted "
                  + Quantity.of(files, "file")
                  + "; what readers may still need is deleted when its grace time is over");
    }
    return ExitCode.OK;
  }

  /** The snapshots that the policy lets go and no tag or branch names. */
  private static List<SnapshotInfo> old(
      List<SnapshotInfo> snapshots, FirnOptions options, long nowMillis) {
    long retained = options.value(OptionKey.SNAPSHOTS_RETAINED_MIN);
    long ageMillis = options.value(OptionKey.SNAPSHOT_AGE_MILLIS_MAX);
    int candidates = (int) Math.max(0, snapshots.size() - retained);
    return snapshots.subList(0, candidates).stream()
        .filter(snapshot -> nowMillis - snapshot.timestampMillis() > ageMillis)
        .filter(snapshot -> snapshot.refs().isEmpty())
        .toList();
  }

  private void print(List<SnapshotInfo> snapshots) {
    Listing listing =
        new Listing(
            column("snapshot_id", Kind.ID),
            column("committed", Kind.TIME),
            column("operation", Kind.TEXT));
    snapshots.forEach(
        snapshot ->
            listing.add(snapshot.snapshotId(), snapshot.timestampMillis(), snapshot.operation()));
    listing.print(format.format(), terminal());
  }
}
