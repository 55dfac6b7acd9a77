package io.firn.catalog;

import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import io.firn.testkit.CatalogDatabase;
import io.firn.testkit.RestCatalogServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.hadoop.HadoopTables;

/** Where a test's table is kept, for us and for another engine. */
enum Places {
  PATH,
  JDBC,
  REST;

  private static final Map<Path, RestCatalogServer> SERVERS = new ConcurrentHashMap<>();

  TableLocation in(Path directory) {
    return switch (this) {
      case PATH -> TableLocation.ofPath(directory.resolve("table").toString());
      case JDBC ->
          TableLocation.ofCatalog(
              "lake", CatalogDatabase.properties(directory), TableIdentifier.of("db", "table"));
      case REST ->
          TableLocation.ofCatalog(
              "lake", restProperties(directory), TableIdentifier.of("db", "table"));
    };
  }

  /** The REST server of a directory, in front of the JDBC catalog; it lasts as long as the JVM. */
  static RestCatalogServer server(Path directory) {
    return SERVERS.computeIfAbsent(
        directory,
        key -> {
          try {
            return RestCatalogServer.start(catalog(CatalogDatabase.properties(key)));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static Map<String, String> restProperties(Path directory) {
    return Map.of(
        "type",
        "rest",
        "uri",
        server(directory).uri(),
        "warehouse",
        directory.resolve("warehouse").toString());
  }

  private static Catalog catalog(Map<String, String> properties) {
    Map<String, String> durable = new HashMap<>(properties);
    durable.put("io-impl", DurableFileIO.class.getName());
    return CatalogUtil.buildIcebergCatalog("lake", durable, null);
  }

  /** How many snapshots it takes to take an epoch. */
  int fenceSnapshots() {
    return this == REST ? 1 : 0;
  }

  /** A new table with its epoch taken. */
  TableStore create(Path directory, Storage storage) {
    TableStore store = TableStore.create(in(directory), storage, Rows.SCHEMA, Rows.KEY, Map.of());
    store.fence();
    return store;
  }

  TableStore open(Path directory, Storage storage) {
    return TableStore.open(in(directory), storage);
  }

  /** The table as an engine without Firn opens it. */
  Table foreign(Path directory) {
    return switch (this) {
      case PATH -> new HadoopTables().load(directory.resolve("table").toString());
      case JDBC ->
          catalog(CatalogDatabase.properties(directory))
              .loadTable(TableIdentifier.of("db", "table"));
      case REST -> catalog(restProperties(directory)).loadTable(TableIdentifier.of("db", "table"));
    };
  }

  static FlushCommit flush(
      long sequence, List<WrittenFile> added, Map<String, DeletionVector> deleted) {
    return new FlushCommit(added, deleted, sequence, Map.of());
  }
}
