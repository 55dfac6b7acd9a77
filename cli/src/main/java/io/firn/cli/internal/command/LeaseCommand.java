package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.catalog.Lease;
import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.error.InvalidArgumentException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firn lease}: a snapshot that stays for somebody who reads it for long. */
@Command(
    name = "lease",
    description = {
      "Keep the current snapshot, and the files it names, for another engine that reads it long.",
      "A lease is a tag, firn-lease-NAME, that ends by itself. Without --take and --release, list"
          + " the leases."
    })
final class LeaseCommand extends TableCommand {

  @Option(
      names = "--take",
      paramLabel = "NAME",
      description = "Take a lease of this name, or renew it for what is the current snapshot now")
  private @Nullable String take;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "How long it lasts, like 30m or 2d; default: ${DEFAULT-VALUE}")
  private String lasting = "1h";

  @Option(names = "--release", paramLabel = "NAME", description = "End this lease now")
  private @Nullable String release;

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    if (take != null && release != null) {
      throw new InvalidArgumentException("--take and --release exclude each other");
    }
    try (FirnTable opened = table.builder().openReadOnly()) {
      if (release != null) {
        opened.releaseLease(release);
      }
      List<Lease> leases =
          take == null ? opened.leases() : List.of(opened.lease(take, duration(lasting)));
      print(leases);
    }
    return ExitCode.OK;
  }

  private static Duration duration(String text) {
    try {
      return Duration.ofMillis(OptionKey.SNAPSHOT_AGE_MILLIS_MAX.parse(text));
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException("--for: not a time like 30m or 2d: " + text, e);
    }
  }

  private void print(List<Lease> leases) {
    Listing listing =
        new Listing(
            column("name", Kind.TEXT), column("snapshot_id", Kind.ID), column("until", Kind.TIME));
    leases.forEach(lease -> listing.add(lease.name(), lease.snapshotId(), lease.untilMillis()));
    listing.print(format.format(), terminal());
  }
}
