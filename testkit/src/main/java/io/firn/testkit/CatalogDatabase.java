package io.firn.testkit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The database of a JDBC catalog: SQLite in a file of the test's directory, or, with {@code
 * -Dfirn.jdbc.uri=jdbc:postgresql:...}, a database of its own on a running server: Iceberg's
 * catalog finds its tables in whatever schema they are. With {@code -Dfirn.hive.uri=thrift:...} a
 * Hive metastore takes the database's place.
 */
public final class CatalogDatabase {

  private static final @Nullable String SERVER = System.getProperty("firn.jdbc.uri");

  private static final @Nullable String METASTORE = System.getProperty("firn.hive.uri");

  private CatalogDatabase() {}

  /** The properties of a directory's catalog, with its warehouse in the directory. */
  public static Map<String, String> properties(Path directory) {
    String warehouse = directory.resolve("warehouse").toString();
    String metastore = METASTORE;
    if (metastore != null && !metastore.isBlank()) {
      String catalog = SharedMetastore.class.getName();
      return Map.of("catalog-impl", catalog, "uri", metastore, "warehouse", warehouse);
    }
    return Map.of(
        "type", "jdbc", "uri", uri(directory), "jdbc.schema-version", "V1", "warehouse", warehouse);
  }

  /** The {@code uri} of a directory's catalog; the same for the same directory. */
  public static String uri(Path directory) {
    String server = SERVER;
    if (server == null || server.isBlank()) {
      return "jdbc:sqlite:" + directory.resolve("catalog.db") + "?synchronous=OFF";
    }
    String database = "t" + Integer.toHexString(directory.toAbsolutePath().hashCode());
    try (Connection connection = DriverManager.getConnection(server);
        Statement statement = connection.createStatement()) {
      String known = "SELECT 1 FROM pg_database WHERE datname = '" + database + "'";
      if (!statement.executeQuery(known).next()) {
        statement.execute("CREATE DATABASE " + database);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot make a database at " + server, e);
    }
    return server.replaceFirst("(//[^/]*/)[^?]*", "$1" + database);
  }
}
