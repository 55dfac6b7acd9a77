package io.firn.storages;

import io.firn.catalog.TableLocation;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.RestCatalogServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/** Where the files of a test's table are, and which catalog names it. */
enum Place {
  LOCAL_JDBC,
  LOCAL_REST,
  HDFS_HADOOP,
  HDFS_JDBC,
  S3_JDBC,
  S3_REST;

  static final TableIdentifier TABLE = TableIdentifier.of("db", "table");

  private static final Map<Path, RestCatalogServer> SERVERS = new ConcurrentHashMap<>();

  /** The catalog's properties; a directory of this machine stands for one warehouse. */
  Map<String, String> properties(Path directory) {
    String warehouse = "/" + directory.getFileName() + "-" + name().toLowerCase(Locale.ROOT);
    Map<String, String> properties = new HashMap<>();
    switch (this) {
      case LOCAL_JDBC -> properties.putAll(CatalogDatabase.properties(directory));
      case LOCAL_REST -> properties.put("warehouse", directory.resolve("warehouse").toString());
      case HDFS_HADOOP, HDFS_JDBC ->
          properties.put("warehouse", HdfsServer.running().uri() + warehouse);
      case S3_JDBC, S3_REST -> {
        properties.putAll(S3Server.running().properties());
        properties.put("warehouse", "s3://" + S3Server.BUCKET + warehouse);
      }
    }
    switch (this) {
      case HDFS_HADOOP -> properties.put("type", "hadoop");
      case LOCAL_JDBC -> {}
      case HDFS_JDBC, S3_JDBC -> jdbc(properties, directory);
      case LOCAL_REST -> rest(properties, directory, CatalogDatabase.properties(directory));
      case S3_REST -> {
        Map<String, String> behind = new HashMap<>(properties);
        jdbc(behind, directory);
        rest(properties, directory, behind);
      }
    }
    return properties;
  }

  private static void jdbc(Map<String, String> properties, Path directory) {
    properties.put("type", "jdbc");
    properties.put("uri", "jdbc:sqlite:" + directory.resolve("catalog.db"));
  }

  /** A directory has one server, in front of a catalog that keeps the tables. */
  private static void rest(
      Map<String, String> properties, Path directory, Map<String, String> behind) {
    RestCatalogServer server =
        SERVERS.computeIfAbsent(
            directory,
            key -> {
              try {
                return RestCatalogServer.start(build(behind));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    properties.put("type", "rest");
    properties.put("uri", server.uri());
  }

  private static Catalog build(Map<String, String> properties) {
    return CatalogUtil.buildIcebergCatalog("lake", properties, new Configuration());
  }

  TableLocation location(Path directory) {
    return TableLocation.ofCatalog("lake", properties(directory), TABLE);
  }

  /** The table as an engine without Firn opens it. */
  Table foreign(Path directory) {
    return build(properties(directory)).loadTable(TABLE);
  }
}
