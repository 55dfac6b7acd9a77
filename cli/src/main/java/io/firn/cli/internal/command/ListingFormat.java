package io.firn.cli.internal.command;

import io.firn.cli.internal.output.Listing;
import picocli.CommandLine.Option;

/** The option that says how facts about a table are printed. */
final class ListingFormat {

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private Listing.Format format = Listing.Format.TABLE;

  Listing.Format format() {
    return format;
  }
}
