package io.firn.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's Hive catalog for tests that share one metastore: a namespace has another name there for
 * every warehouse.
 */
public final class SharedMetastore implements Catalog, SupportsNamespaces, Closeable {

  private @Nullable Catalog catalog;
  private String suffix = "";

  @Override
  public void initialize(String name, Map<String, String> properties) {
    Map<String, String> hive = new HashMap<>(properties);
    hive.remove("catalog-impl");
    hive.put("type", "hive");
    suffix = "_" + Integer.toHexString(properties.getOrDefault("warehouse", "").hashCode());
    catalog = CatalogUtil.buildIcebergCatalog(name, hive, null);
  }

  private Catalog hive() {
    Catalog initialized = catalog;
    if (initialized == null) {
      throw new IllegalStateException("initialize was not called");
    }
    return initialized;
  }

  private SupportsNamespaces namespaces() {
    return (SupportsNamespaces) hive();
  }

  private Namespace there(Namespace namespace) {
    return Namespace.of(namespace.level(0) + suffix);
  }

  private TableIdentifier there(TableIdentifier identifier) {
    return TableIdentifier.of(there(identifier.namespace()), identifier.name());
  }

  @Override
  public Table loadTable(TableIdentifier identifier) {
    return hive().loadTable(there(identifier));
  }

  @Override
  public TableBuilder buildTable(TableIdentifier identifier, Schema schema) {
    return hive().buildTable(there(identifier), schema);
  }

  @Override
  public List<TableIdentifier> listTables(Namespace namespace) {
    return hive().listTables(there(namespace));
  }

  @Override
  public boolean dropTable(TableIdentifier identifier, boolean purge) {
    return hive().dropTable(there(identifier), purge);
  }

  @Override
  public void renameTable(TableIdentifier from, TableIdentifier to) {
    hive().renameTable(there(from), there(to));
  }

  @Override
  public void createNamespace(Namespace namespace, Map<String, String> metadata) {
    namespaces().createNamespace(there(namespace), metadata);
  }

  @Override
  public List<Namespace> listNamespaces(Namespace namespace) {
    return namespaces().listNamespaces(namespace);
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(Namespace namespace) {
    return namespaces().loadNamespaceMetadata(there(namespace));
  }

  @Override
  public boolean dropNamespace(Namespace namespace) {
    return namespaces().dropNamespace(there(namespace));
  }

  @Override
  public boolean setProperties(Namespace namespace, Map<String, String> properties) {
    return namespaces().setProperties(there(namespace), properties);
  }

  @Override
  public boolean removeProperties(Namespace namespace, Set<String> properties) {
    return namespaces().removeProperties(there(namespace), properties);
  }

  @Override
  public void close() throws IOException {
    if (hive() instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
