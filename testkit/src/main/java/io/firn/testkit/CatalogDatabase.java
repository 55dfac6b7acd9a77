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
 * -Dfirn.jdbc.uri=jdbc:postgresql:...}, a schema of its own on a running server.
 */
public final class CatalogDatabase {

  private static final @Nullable String SERVER = System.getProperty("firn.jdbc.uri");

  private CatalogDatabase() {}

  /** The properties of a directory's JDBC catalog, with its warehouse in the directory. */
  public static Map<String, String> properties(Path directory) {
    return Map.of(
        "type",
        "jdbc",
        "uri",
        uri(directory),
        "jdbc.schema-version",
        "V1",
        "warehouse",
        directory.resolve("warehouse").toString());
  }

  /** The {@code uri} of a directory's catalog; the same for the same directory. */
  public static String uri(Path directory) {
    String server = SERVER;
    if (server == null || server.isBlank()) {
      return "jdbc:sqlite:" + directory.resolve("catalog.db") + "?synchronous=OFF";
    }
    String schema = "t" + Integer.toHexString(directory.toAbsolutePath().hashCode());
    try (Connection connection = DriverManager.getConnection(server);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot make a schema at " + server, e);
    }
    return server + (server.contains("?") ? "&" : "?") + "currentSchema=" + schema;
  }
}
