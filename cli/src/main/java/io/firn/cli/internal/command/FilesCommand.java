package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.engine.FileInfo;
import io.firn.engine.FirnTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firn files}: the live data files. */
@Command(name = "files", description = "List the live data files by level and key.")
final class FilesCommand extends TableCommand {

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    Listing listing =
        new Listing(
            column("level", Kind.ID),
            column("rows", Kind.COUNT),
            column("masked_rows", Kind.COUNT),
            column("bytes", Kind.BYTES),
            column("first_key", Kind.TEXT),
            column("last_key", Kind.TEXT),
            column("data_sequence_number", Kind.ID),
            column("path", Kind.TEXT));
    try (FirnTable opened = table.builder().openReadOnly()) {
      KeyText keys = new KeyText(opened.schema(), opened.keyColumns());
      for (FileInfo file : opened.files()) {
        listing.add(
            file.level(),
            file.rows(),
            file.maskedRows(),
            file.lengthBytes(),
            keys.print(file.firstKey()),
            keys.print(file.lastKey()),
            file.dataSequenceNumber(),
            format.format() == Listing.Format.JSON ? file.path() : name(file.path()));
      }
    }
    listing.print(format.format(), terminal());
    return ExitCode.OK;
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
