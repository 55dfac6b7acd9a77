package io.firn.cli.internal.command;

import io.firn.catalog.TableLocation;
import io.firn.engine.FirnOptions;
import io.firn.engine.FirnTable;
import io.firn.engine.OptionKey;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Which table a command works on, and the settings it does so with.
 *
 * <p>{@code TABLE} is a directory, or {@code catalog:NAME/namespace.table}. The properties of the
 * catalog NAME are the settings that begin with {@code catalog.NAME.}; other settings are engine
 * options, or table properties when a table is created. Settings come from the file named by {@code
 * --conf-file} or the environment variable {@code FIRN_CONF}, and over them from {@code --conf}.
 */
final class TableArgument {

  private static final String CATALOG = "catalog:";
  private static final String CATALOG_SETTINGS = "catalog.";
  private static final String LOCAL_DIRECTORY = "local-directory";

  @Parameters(
      index = "0",
      paramLabel = "TABLE",
      description = "A directory, or catalog:NAME/namespace.table")
  private String table = "";

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description =
          "An engine option, catalog.NAME.KEY=VALUE for a catalog's property, or local-directory=DIR"
              + " for the log of a table that is not on local storage. Repeatable")
  private final Map<String, String> given = new LinkedHashMap<>();

  @Option(
      names = "--conf-file",
      paramLabel = "FILE",
      defaultValue = "${env:FIRN_CONF}",
      description = "A properties file with settings as for --conf; default: $FIRN_CONF")
  private @Nullable Path file;

  private @Nullable Map<String, String> settings;

  /** The table as it was written, for messages. */
  String text() {
    return table;
  }

  /** Where the table is. */
  TableLocation location() {
    if (!table.startsWith(CATALOG)) {
      return TableLocation.ofPath(table);
    }
    String address = table.substring(CATALOG.length());
    int slash = address.indexOf('/');
    if (slash < 1 || slash == address.length() - 1) {
      throw new InvalidArgumentException(
          "A table of a catalog is written catalog:NAME/namespace.table, not " + table);
    }
    String name = address.substring(0, slash);
    Map<String, String> properties = catalogProperties(name);
    if (properties.isEmpty()) {
      throw new InvalidArgumentException(
          String.format(
              "Catalog '%s' is not configured; give its properties like --conf catalog.%s.type=jdbc"
                  + " --conf catalog.%s.uri=jdbc:sqlite:/path/catalog.db"
                  + " --conf catalog.%s.warehouse=/path/warehouse, or in a file named by --conf-file",
              name, name, name, name));
    }
    return TableLocation.ofCatalog(
        name, properties, TableIdentifier.parse(address.substring(slash + 1)));
  }

  /**
   * A builder that opens the table with the options of the command line.
   *
   * @throws InvalidArgumentException if a setting is unknown or cannot be read
   */
  FirnTable.Builder builder() {
    FirnTable.Builder builder = FirnTable.builder().location(location());
    FirnOptions.Builder check = FirnOptions.builder();
    options()
        .forEach(
            (key, value) -> {
              check.set(key, value);
              builder.option(key, value);
            });
    check.build();
    String localDirectory = localDirectory();
    if (localDirectory != null) {
      builder.localDirectory(localDirectory);
    }
    return builder;
  }

  /**
   * A builder that creates the table: settings that are no engine options are table properties.
   *
   * @throws InvalidArgumentException if a setting cannot be meant
   */
  FirnTable.Builder creator() {
    FirnTable.Builder builder = FirnTable.builder().location(location());
    FirnOptions.Builder check = FirnOptions.builder();
    options()
        .forEach(
            (key, value) -> {
              if (isOption(key) || key.indexOf('.') < 0) {
                check.set(key, value);
                builder.option(key, value);
              } else if (key.startsWith("firn.")) {
                throw new InvalidArgumentException(
                    "Table properties that begin with 'firn.' are Firn's own: " + key);
              } else {
                builder.property(key, value);
              }
            });
    check.build();
    String localDirectory = localDirectory();
    if (localDirectory != null) {
      builder.localDirectory(localDirectory);
    }
    return builder;
  }

  /** Where the table's writer keeps log and lock, if it was named. */
  @Nullable String localDirectory() {
    String named = settings().get(LOCAL_DIRECTORY);
    return named == null ? null : Path.of(named).toAbsolutePath().toString();
  }

  private static boolean isOption(String key) {
    return key.equals(FirnOptions.DURABILITY_KEY) || OptionKey.ofKey(key).isPresent();
  }

  private Map<String, String> options() {
    Map<String, String> options = new TreeMap<>(settings());
    options.keySet().removeIf(key -> key.startsWith(CATALOG_SETTINGS));
    options.remove(LOCAL_DIRECTORY);
    return options;
  }

  private Map<String, String> catalogProperties(String name) {
    String prefix = CATALOG_SETTINGS + name + ".";
    Map<String, String> properties = new TreeMap<>();
    settings()
        .forEach(
            (key, value) -> {
              if (key.startsWith(prefix)) {
                properties.put(key.substring(prefix.length()), value);
              }
            });
    return properties;
  }

  private Map<String, String> settings() {
    if (settings == null) {
      Map<String, String> all = new TreeMap<>();
      if (file != null) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
          properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
          throw new InvalidArgumentException("Cannot read the settings in " + file + ": " + e, e);
        }
        properties.stringPropertyNames().forEach(key -> all.put(key, properties.getProperty(key)));
      }
      all.putAll(given);
      settings = all;
    }
    return settings;
  }
}
