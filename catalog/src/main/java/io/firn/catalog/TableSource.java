package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.error.NotATableException;
import io.firn.error.StorageException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.ReplaceSortOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * Finds, creates and opens a table at its location. Holds the catalog's connections, if there is a
 * catalog; the owner closes it. Iceberg's exceptions pass through, except those that say that there
 * is no table, or one already.
 */
final class TableSource implements AutoCloseable {
  private final TableLocation location;
  private final Storage storage;
  private final @Nullable Catalog catalog;
  private final DurableFileIO.@Nullable Registration registration;

  TableSource(TableLocation location, Storage storage) {
    this.location = location;
    this.storage = storage;
    if (location instanceof TableLocation.OfCatalog named) {
      Map<String, String> properties = new HashMap<>(named.properties());
      this.registration = useDurableFiles(properties, storage);
      this.catalog = build(named, properties);
    } else {
      this.registration = null;
      this.catalog = null;
    }
  }

  private static DurableFileIO.@Nullable Registration useDurableFiles(
      Map<String, String> properties, Storage storage) {
    String warehouse = properties.getOrDefault(CatalogProperties.WAREHOUSE_LOCATION, "/");
    if (properties.containsKey(CatalogProperties.FILE_IO_IMPL)
        || !RemoteOperations.isLocal(warehouse)) {
      return null;
    }
    properties.put(CatalogProperties.FILE_IO_IMPL, DurableFileIO.class.getName());
    if (storage instanceof LocalStorage) {
      return null;
    }
    String id = UUID.randomUUID().toString();
    properties.put(DurableFileIO.STORAGE_ID, id);
    return DurableFileIO.register(id, storage);
  }

  private Catalog build(TableLocation.OfCatalog named, Map<String, String> properties) {
    try {
      return CatalogUtil.buildIcebergCatalog(named.catalogName(), properties, new Configuration());
    } catch (IllegalArgumentException e) {
      release();
      throw new InvalidArgumentException(
          "Catalog " + named.catalogName() + " cannot be built: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      release();
      throw new StorageException("Catalog " + named.catalogName() + " cannot be reached", e);
    }
  }

  boolean exists() {
    if (location instanceof TableLocation.OfCatalog named) {
      return catalog().tableExists(named.identifier());
    }
    return pathOperations().refresh() != null;
  }

  /**
   * The table's operations, with current metadata.
   *
   * @throws NotATableException if there is no table
   */
  TableOperations open() {
    if (location instanceof TableLocation.OfCatalog named) {
      try {
        Table table = catalog().loadTable(named.identifier());
        if (table instanceof HasTableOperations opened) {
          return RemoteOperations.unlessLocal(opened.operations());
        }
        throw new UnsupportedFeatureException(location + " gives no access to its metadata");
      } catch (NoSuchTableException e) {
        throw new NotATableException("There is no table " + location, e);
      } catch (SealedMetadata.DamagedException e) {
        throw e.damage();
      } catch (NotFoundException e) {
        throw new NotATableException(
            location + " is in the catalog, but its metadata is missing: " + e.getMessage(), e);
      }
    }
    PathTableOperations operations = pathOperations();
    if (operations.refresh() == null) {
      throw new NotATableException(
          location + " is not a table: it has no metadata/v<N>.metadata.json");
    }
    return operations;
  }

  /**
   * Creates the table and opens it. The table has the empty sort order besides its own: Spark
   * writes files that it sorts by something else under that one, and refuses if there is none.
   */
  TableOperations create(Schema columns, List<String> keyColumns, Map<String, String> given) {
    Schema schema = TableRules.newSchema(columns, keyColumns);
    Map<String, String> properties = TableRules.newProperties(keyColumns, given);
    TableRules.checkTypes(schema, properties);
    try {
      if (location instanceof TableLocation.OfPath path) {
        TableMetadata unsorted =
            TableMetadata.newTableMetadata(
                schema,
                PartitionSpec.unpartitioned(),
                SortOrder.unsorted(),
                path.directory(),
                properties);
        TableMetadata metadata =
            unsorted.replaceSortOrder(TableRules.newSortOrder(unsorted.schema(), keyColumns));
        PathTableOperations operations = pathOperations();
        if (operations.refresh() != null) {
          throw new InvalidArgumentException("There is a table already: " + location);
        }
        operations.commit(null, metadata);
        return operations;
      }
      TableLocation.OfCatalog named = (TableLocation.OfCatalog) location;
      checkName(named.identifier());
      createNamespace(named);
      Transaction creation =
          catalog()
              .buildTable(named.identifier(), schema)
              .withPartitionSpec(PartitionSpec.unpartitioned())
              .withProperties(properties)
              .createTransaction();
      ReplaceSortOrder order = creation.replaceSortOrder();
      keyColumns.forEach(column -> order.asc(column, NullOrder.NULLS_FIRST));
      order.commit();
      creation.commitTransaction();
      return open();
    } catch (AlreadyExistsException | CommitFailedException e) {
      throw new InvalidArgumentException("There is a table already: " + location, e);
    }
  }

  /** Catalogs make directories of these names, and none is to lead out of the warehouse. */
  private static void checkName(TableIdentifier identifier) {
    List<String> names = new ArrayList<>(List.of(identifier.namespace().levels()));
    names.add(identifier.name());
    for (String name : names) {
      boolean leadsElsewhere =
          name.isBlank()
              || name.equals(".")
              || name.equals("..")
              || name.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
      if (leadsElsewhere) {
        throw new InvalidArgumentException(
            "A new table's name and the parts of its namespace are not blank, not '.' or '..', and"
                + " have no slash, backslash or control character in them");
      }
    }
  }

  private void createNamespace(TableLocation.OfCatalog named) {
    if (catalog() instanceof SupportsNamespaces namespaces
        && !named.identifier().namespace().isEmpty()
        && !namespaces.namespaceExists(named.identifier().namespace())) {
      try {
        namespaces.createNamespace(named.identifier().namespace());
      } catch (AlreadyExistsException raced) {
        // Whoever created it wanted the same.
        return;
      }
    }
  }

  private PathTableOperations pathOperations() {
    String directory = ((TableLocation.OfPath) location).directory();
    return new PathTableOperations(directory, storage, new DurableFileIO(storage));
  }

  private Catalog catalog() {
    Catalog found = catalog;
    if (found == null) {
      throw new IllegalStateException(location + " is in no catalog");
    }
    return found;
  }

  /** Closes the catalog's connections. */
  @Override
  public void close() {
    try {
      if (catalog instanceof Closeable closeable) {
        closeable.close();
      }
    } catch (IOException e) {
      throw new StorageException("Catalog of " + location + " cannot be closed", e);
    } finally {
      release();
    }
  }

  private void release() {
    if (registration != null) {
      registration.close();
    }
  }
}
