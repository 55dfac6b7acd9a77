package io.firn.catalog;

import io.firn.error.SchemaMismatchException;
import io.firn.error.UnsupportedFeatureException;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What a table must be for Firn to write it, and how a new one is made. The key's columns are
 * Iceberg's identifier fields, which have no order; their order is the table property {@value
 * #KEY_PROPERTY} if it names exactly them, else the table's sort order if it does, else the order
 * of the columns.
 */
final class TableRules {
  /** The field ids of the key columns in key order, separated by commas. */
  static final String KEY_PROPERTY = "firn.key";

  private static final Set<String> CODECS = Set.of("zstd", "snappy", "none", "uncompressed");

  /** From this version on deleted rows are in deletion vectors, and rows have ids. */
  static final int VECTORS_VERSION = 3;

  private static final Set<String> VERSIONS = Set.of("2", "3");

  private TableRules() {}

  /** The schema of a table that Firn can read. */
  static TableSchema checkReadable(TableMetadata metadata) {
    if (!VERSIONS.contains(Integer.toString(metadata.formatVersion()))) {
      throw new UnsupportedFeatureException(
          metadata.location()
              + " has Iceberg format version "
              + metadata.formatVersion()
              + "; Firn reads and writes versions 2 and 3 (set format-version=3)");
    }
    return schema(metadata, metadata.schema());
  }

  /** Refuses a table that can be read but not be written by Firn. */
  static void checkWritable(TableMetadata metadata) {
    if (!metadata.spec().isUnpartitioned()) {
      throw new UnsupportedFeatureException(
          metadata.location() + " is partitioned by " + metadata.spec() + ", not supported yet");
    }
    if (!metadata.encryptionKeys().isEmpty()
        || metadata.properties().containsKey(TableProperties.ENCRYPTION_TABLE_KEY)) {
      throw new UnsupportedFeatureException(metadata.location() + " is encrypted");
    }
    checkCodec(metadata.properties());
  }

  /** The table's key over one of its schemas. */
  static TableSchema schema(TableMetadata metadata, Schema schema) {
    Set<Integer> identifiers = schema.identifierFieldIds();
    if (identifiers.isEmpty()) {
      throw new SchemaMismatchException(
          metadata.location() + " has no identifier fields, and so no primary key");
    }
    List<Integer> named = fieldIds(metadata.properties().get(KEY_PROPERTY));
    if (isOrderOf(named, identifiers)) {
      return TableSchema.of(schema, named);
    }
    List<Integer> sorted = sortedBy(metadata.sortOrder());
    return isOrderOf(sorted, identifiers) ? TableSchema.of(schema, sorted) : TableSchema.of(schema);
  }

  /** The value of {@value #KEY_PROPERTY} for a key. */
  static String keyProperty(TableSchema schema) {
    return schema.keyFields().stream()
        .map(field -> Integer.toString(field.fieldId()))
        .collect(Collectors.joining(","));
  }

  private static boolean isOrderOf(List<Integer> ids, Set<Integer> identifiers) {
    return ids.size() == identifiers.size() && identifiers.containsAll(ids);
  }

  private static List<Integer> fieldIds(@Nullable String property) {
    List<Integer> ids = new ArrayList<>();
    if (property != null) {
      for (String id : property.split(",")) {
        try {
          ids.add(Integer.valueOf(id.trim()));
        } catch (NumberFormatException e) {
          throw new SchemaMismatchException(
              "Table property " + KEY_PROPERTY + "=" + property + " is no list of field ids", e);
        }
      }
    }
    return ids;
  }

  private static List<Integer> sortedBy(SortOrder order) {
    return isAscending(order)
        ? order.fields().stream().map(SortField::sourceId).toList()
        : List.of();
  }

  private static boolean isAscending(SortOrder order) {
    return order.fields().stream()
        .allMatch(
            field -> field.transform().isIdentity() && field.direction() == SortDirection.ASC);
  }

  /** True if the table's sort order is the key, so that our files may claim it. */
  static boolean isSortedByKey(SortOrder order, TableSchema schema) {
    return order.isSorted()
        && sortedBy(order).equals(schema.keyFields().stream().map(NestedField::fieldId).toList());
  }

  /** The schema of a new table: the columns, with the key as identifier fields. */
  static Schema newSchema(Schema columns, List<String> keyColumns) {
    List<Integer> ids = new ArrayList<>();
    for (String name : keyColumns) {
      NestedField field = columns.findField(name);
      if (field == null) {
        throw new SchemaMismatchException(
            "The key names column " + name + ", which the schema does not have");
      }
      ids.add(field.fieldId());
    }
    TableSchema.of(columns, ids);
    return new Schema(columns.columns(), Set.copyOf(ids));
  }

  /** Refuses columns that the format version of a new table does not know. */
  static void checkTypes(Schema schema, Map<String, String> properties) {
    int version =
        Integer.parseInt(properties.getOrDefault(TableProperties.FORMAT_VERSION, "no version"));
    try {
      Schema.checkCompatibility(schema, version);
    } catch (IllegalStateException e) {
      throw new UnsupportedFeatureException(
          "A table of format version " + version + " cannot have these columns: " + e.getMessage(),
          e);
    }
  }

  /** The sort order of a new table: the key ascending. */
  static SortOrder newSortOrder(Schema schema, List<String> keyColumns) {
    SortOrder.Builder builder = SortOrder.builderFor(schema);
    keyColumns.forEach(name -> builder.asc(name, NullOrder.NULLS_FIRST));
    return builder.build();
  }

  /**
   * The properties of a new table; the caller's win. Metadata stays small (manifests merge, old
   * metadata files go), bounds of key columns are whole, other engines delete by deletion vectors,
   * and {@code gc.enabled=false} keeps them from deleting files: Iceberg's own expiry removes a
   * Puffin file when one of its deletion vectors is replaced, though others in it may be live, and
   * knows nothing of open readers.
   */
  static Map<String, String> newProperties(List<String> keyColumns, Map<String, String> given) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(TableProperties.MANIFEST_MIN_MERGE_COUNT, "10");
    properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
    properties.put(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "20");
    properties.put(TableProperties.GC_ENABLED, "false");
    properties.put(TableProperties.DELETE_MODE, "merge-on-read");
    properties.put(TableProperties.UPDATE_MODE, "merge-on-read");
    properties.put(TableProperties.MERGE_MODE, "merge-on-read");
    for (String column : keyColumns) {
      properties.put(TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + column, "full");
    }
    properties.putAll(given);
    checkCodec(properties);
    String version =
        properties.computeIfAbsent(
            TableProperties.FORMAT_VERSION, key -> Integer.toString(VECTORS_VERSION));
    if (!VERSIONS.contains(version)) {
      throw new UnsupportedFeatureException(
          "format-version=" + version + " is not supported; Firn writes versions 2 and 3");
    }
    return properties;
  }

  private static void checkCodec(Map<String, String> properties) {
    String codec = properties.get(TableProperties.PARQUET_COMPRESSION);
    if (codec != null && !CODECS.contains(codec.toLowerCase(Locale.ROOT))) {
      throw new UnsupportedFeatureException(
          TableProperties.PARQUET_COMPRESSION
              + "="
              + codec
              + " is not supported; use zstd, snappy or uncompressed");
    }
  }
}
