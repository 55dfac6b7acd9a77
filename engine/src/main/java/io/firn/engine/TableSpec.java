package io.firn.engine;

import io.firn.catalog.TableLocation;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.Storage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** What a builder collected: which table, and how to open it. */
record TableSpec(
    TableLocation location,
    @Nullable Schema schema,
    List<String> key,
    Map<String, String> properties,
    Map<String, String> optionTexts,
    @Nullable FirnOptions options,
    @Nullable String localDirectory,
    Storage storage,
    ServiceEnvironment environment,
    List<TableListener> listeners) {

  TableSpec {
    key = List.copyOf(key);
    properties = Map.copyOf(properties);
    optionTexts = Map.copyOf(optionTexts);
    listeners = List.copyOf(listeners);
  }

  /** The key columns in key order: those named, or the identifier fields in the schema's order. */
  List<String> keyOf(Schema of) {
    if (!key.isEmpty()) {
      return key;
    }
    return of.columns().stream()
        .filter(column -> of.identifierFieldIds().contains(column.fieldId()))
        .map(NestedField::name)
        .toList();
  }

  /** What a new table's properties say: those given, and the options that were set by key. */
  Map<String, String> tableProperties() {
    Map<String, String> all = new HashMap<>(properties);
    optionTexts.forEach((key, value) -> all.put(FirnOptions.PROPERTY_PREFIX + key, value));
    return all;
  }
}
