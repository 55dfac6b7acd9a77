package io.firn.cli.internal.command;

import static io.firn.cli.internal.output.Listing.column;

import io.firn.catalog.TableStore;
import io.firn.cli.internal.output.Listing;
import io.firn.cli.internal.output.Listing.Kind;
import io.firn.cli.internal.text.SchemaText;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.storage.LocalStorage;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code firn config}: schema, key, options in force and table properties. */
@Command(
    name = "config",
    description = "Print a table's schema, its key, the options in force and its properties.")
final class ConfigCommand extends TableCommand {

  @Mixin private ListingFormat format = new ListingFormat();

  @Override
  int run() {
    Listing listing =
        new Listing(
            column("kind", Kind.TEXT),
            column("name", Kind.TEXT),
            column("value", Kind.TEXT),
            column("meaning", Kind.TEXT));
    Map<String, String> properties;
    try (TableStore store = TableStore.open(table.location(), new LocalStorage())) {
      properties = new TreeMap<>(store.properties());
    }
    try (FirnTable opened = table.builder().openReadOnly()) {
      listing.add("table", "location", opened.location(), "where the table is");
      listing.add("table", "schema", SchemaText.print(opened.schema()), "its columns");
      listing.add("table", "key", String.join(",", opened.keyColumns()), "its key columns");
      Map<String, String> defaults = FirnOptions.defaults().toMap();
      opened
          .options()
          .toMap()
          .forEach(
              (key, value) ->
                  listing.add(
                      value.equals(defaults.get(key)) ? "default" : "option",
                      key,
                      value,
                      meaning(key)));
    }
    properties.forEach((key, value) -> listing.add("property", key, value, "table property"));
    listing.print(format.format(), terminal());
    return ExitCode.OK;
  }

  private static String meaning(String key) {
    return OptionKey.ofKey(key)
        .map(OptionKey::description)
        .orElse("what an acknowledged write survives if it does not choose");
  }
}
