package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's own schema update on a metadata that stands still. What it would commit is kept for the
 * caller: the schema, and the properties that name columns.
 */
final class SchemaChange implements TableOperations {
  private final CommitBase base;
  private @Nullable TableMetadata changed;

  private SchemaChange(CommitBase base) {
    this.base = base;
  }

  /**
   * The metadata after a change. Nothing is committed.
   *
   * @throws InvalidArgumentException if Iceberg refuses the change
   */
  static TableMetadata apply(
      TableOperations operations,
      TableMetadata metadata,
      String name,
      Consumer<? super UpdateSchema> change) {
    SchemaChange update = new SchemaChange(new CommitBase(operations, metadata));
    try {
      UpdateSchema schema = new BaseTable(update, name).updateSchema();
      change.accept(schema);
      schema.commit();
    } catch (IllegalArgumentException | UnsupportedOperationException | ValidationException e) {
      throw new InvalidArgumentException(
          "The schema of " + name + " cannot be changed: " + e.getMessage(), e);
    }
    TableMetadata changed = update.changed;
    return changed == null ? metadata : changed;
  }

  @Override
  public TableMetadata current() {
    return base.current();
  }

  @Override
  public TableMetadata refresh() {
    return base.refresh();
  }

  @Override
  public void commit(TableMetadata from, TableMetadata to) {
    changed = to;
  }

  @Override
  public FileIO io() {
    return base.io();
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return base.metadataFileLocation(fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    return base.locationProvider();
  }
}
