package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.engine.FirnTable;
import io.firn.engine.TableStats.LevelStats;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firn levels}: how the table lies on disk. */
@Command(
    name = "levels",
    description = "Show the levels: files, key ranges, sizes, masked rows and scores.",
    footer = {
      "%nThe width of the picture is the table's key range. Each bar is a file, denser the fewer of"
          + " its rows are masked. A level whose score reaches 1 is due for compaction."
    })
final class LevelsCommand extends TableCommand {

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    try (FirnTable opened = table.builder().openReadOnly()) {
      if (format.format() == Listing.Format.TABLE) {
        LevelPicture.of(opened, terminal().symbols()).forEach(terminal()::print);
        return ExitCode.OK;
      }
      Listing listing =
          new Listing(
              column("level", Kind.ID),
              column("files", Kind.COUNT),
              column("bytes", Kind.BYTES),
              column("rows", Kind.COUNT),
              column("masked_rows", Kind.COUNT),
              column("score", Kind.NUMBER));
      for (LevelStats level : opened.stats().levels()) {
        listing.add(
            level.level(),
            level.files(),
            level.bytes(),
            level.rows(),
            level.maskedRows(),
            level.score());
      }
      listing.print(format.format(), terminal());
    }
    return ExitCode.OK;
  }
}
