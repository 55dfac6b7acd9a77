package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.storage.StoragePaths;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.catalog.TableIdentifier;

/** Where a table is: a directory, or a name in an Iceberg catalog. Immutable. */
public sealed interface TableLocation {

  /**
   * A table that is a directory, in the layout that {@code spark.read.format("iceberg").load(path)}
   * and Iceberg's {@code HadoopTables} read.
   *
   * @param directory an absolute or relative local path; a {@code file:} prefix is accepted
   */
  static TableLocation ofPath(String directory) {
    return new OfPath(directory);
  }

  /**
   * A table of an Iceberg catalog.
   *
   * @param catalogName the catalog's name; a JDBC catalog keys its rows by it, so another engine
   *     must use the same name
   * @param properties the catalog's properties, as for any Iceberg engine: {@code type} or {@code
   *     catalog-impl}, {@code uri}, {@code warehouse}, ...
   * @param identifier the table's namespace and name
   */
  static TableLocation ofCatalog(
      String catalogName, Map<String, String> properties, TableIdentifier identifier) {
    return new OfCatalog(catalogName, properties, identifier);
  }

  /** A table that is a directory; the path is absolute and normalized. */
  record OfPath(String directory) implements TableLocation {
    public OfPath {
      String local = StoragePaths.withoutFileScheme(directory);
      if (local.isBlank() || local.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
        throw new InvalidArgumentException(
            "A table directory is a local path, not '"
                + directory
                + "'; a table elsewhere needs a catalog");
      }
      try {
        directory = Path.of(local).toAbsolutePath().normalize().toString();
      } catch (InvalidPathException e) {
        throw new InvalidArgumentException("A table directory cannot be '" + directory + "'", e);
      }
    }

    @Override
    public String toString() {
      return directory;
    }
  }

  /** A table of a catalog. */
  record OfCatalog(String catalogName, Map<String, String> properties, TableIdentifier identifier)
      implements TableLocation {
    public OfCatalog {
      if (catalogName.isBlank()) {
        throw new InvalidArgumentException("A catalog needs a name");
      }
      properties = Map.copyOf(properties);
    }

    /** The catalog and the table's name; no property, since properties may hold credentials. */
    @Override
    public String toString() {
      return catalogName + "." + identifier;
    }
  }
}
