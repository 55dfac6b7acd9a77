package io.firn.catalog;

import io.firn.format.WrittenFile;
import io.firn.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.hadoop.HadoopTables;

/** Where a test's table is kept, for us and for another engine. */
enum Places {
  PATH,
  JDBC;

  TableLocation in(Path directory) {
    return switch (this) {
      case PATH -> TableLocation.ofPath(directory.resolve("table").toString());
      case JDBC ->
          TableLocation.ofCatalog(
              "lake", jdbcProperties(directory), TableIdentifier.of("db", "table"));
    };
  }

  private static Map<String, String> jdbcProperties(Path directory) {
    return Map.of(
        "type",
        "jdbc",
        "uri",
        "jdbc:sqlite:" + directory.resolve("catalog.db"),
        "warehouse",
        directory.resolve("warehouse").toString());
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
      case JDBC -> {
        Map<String, String> properties = new java.util.HashMap<>(jdbcProperties(directory));
        properties.put("io-impl", DurableFileIO.class.getName());
        Catalog catalog = CatalogUtil.buildIcebergCatalog("lake", properties, null);
        yield catalog.loadTable(TableIdentifier.of("db", "table"));
      }
    };
  }

  static FlushCommit flush(
      long sequence, List<WrittenFile> added, Map<String, DeletionVector> deleted) {
    return new FlushCommit(added, deleted, sequence, Map.of());
  }
}
