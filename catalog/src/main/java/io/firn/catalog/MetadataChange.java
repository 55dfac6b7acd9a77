package io.firn.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;

/**
 * Builds the next metadata of a table so that its time never goes backwards, whatever the clock
 * does. Iceberg stamps metadata with the system's time and refuses to build what is more than a
 * minute older than its predecessor; here the stamp is then one millisecond after it.
 */
final class MetadataChange {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LAST_UPDATED = "last-updated-ms";
  private static final String SNAPSHOT_LOG = "snapshot-log";
  private static final String METADATA_LOG = "metadata-log";
  private static final String SNAPSHOT_ID = "snapshot-id";
  private static final String TIMESTAMP = "timestamp-ms";

  private MetadataChange() {}

  /** The time that the next change of {@code base} gets if the clock says {@code nowMillis}. */
  static long timestamp(TableMetadata base, long nowMillis) {
    return Math.max(nowMillis, latest(base) + 1);
  }

  private static long latest(TableMetadata base) {
    long latest = base.lastUpdatedMillis();
    for (HistoryEntry entry : base.snapshotLog()) {
      latest = Math.max(latest, entry.timestampMillis());
    }
    return latest;
  }

  /**
   * Applies a change, which may add a snapshot. For a catalog that is sent the changes, they are
   * all that counts: it stamps them itself, and the time is Iceberg's.
   */
  static TableMetadata apply(
      TableMetadata base,
      UnaryOperator<TableMetadata.Builder> change,
      long nowMillis,
      CommitSemantics semantics) {
    if (nowMillis >= latest(base) || semantics == CommitSemantics.CHANGES) {
      return change.apply(TableMetadata.buildFrom(base)).build();
    }
    // The clock is behind. The change is built on a copy that knows no times; then they come back.
    ObjectNode timeless = json(base);
    timeless.put(LAST_UPDATED, 0);
    for (JsonNode entry : timeless.withArray(SNAPSHOT_LOG)) {
      ((ObjectNode) entry).put(TIMESTAMP, 0);
    }
    timeless.set(METADATA_LOG, JSON.createArrayNode());
    TableMetadata changed =
        change.apply(TableMetadata.buildFrom(TableMetadataParser.fromJson(timeless))).build();
    long timestamp = timestamp(base, nowMillis);
    ObjectNode result = json(changed);
    result.put(LAST_UPDATED, timestamp);
    for (JsonNode snapshot : result.withArray("snapshots")) {
      if (base.snapshot(snapshot.get(SNAPSHOT_ID).asLong()) == null) {
        ((ObjectNode) snapshot).put(TIMESTAMP, timestamp);
      }
    }
    result.set(SNAPSHOT_LOG, snapshotLog(base, changed, timestamp));
    result.set(METADATA_LOG, metadataLog(base, changed));
    return TableMetadataParser.fromJson(result);
  }

  /** Iceberg's rule: history up to the last snapshot that is no longer known goes. */
  private static ArrayNode snapshotLog(TableMetadata base, TableMetadata changed, long timestamp) {
    ArrayNode log = JSON.createArrayNode();
    for (HistoryEntry entry : base.snapshotLog()) {
      if (changed.snapshot(entry.snapshotId()) == null) {
        log.removeAll();
      } else {
        log.addObject()
            .put(TIMESTAMP, entry.timestampMillis())
            .put(SNAPSHOT_ID, entry.snapshotId());
      }
    }
    Snapshot current = changed.currentSnapshot();
    if (current != null && base.snapshot(current.snapshotId()) == null) {
      log.addObject().put(TIMESTAMP, timestamp).put(SNAPSHOT_ID, current.snapshotId());
    }
    return log;
  }

  private static ArrayNode metadataLog(TableMetadata base, TableMetadata changed) {
    ArrayNode log = JSON.createArrayNode();
    List<TableMetadata.MetadataLogEntry> former = base.previousFiles();
    int most =
        Math.max(
            1,
            changed.propertyAsInt(
                TableProperties.METADATA_PREVIOUS_VERSIONS_MAX,
                TableProperties.METADATA_PREVIOUS_VERSIONS_MAX_DEFAULT));
    for (TableMetadata.MetadataLogEntry entry :
        former.subList(Math.max(0, former.size() - most + 1), former.size())) {
      log.addObject().put(TIMESTAMP, entry.timestampMillis()).put("metadata-file", entry.file());
    }
    if (base.metadataFileLocation() != null) {
      log.addObject()
          .put(TIMESTAMP, base.lastUpdatedMillis())
          .put("metadata-file", base.metadataFileLocation());
    }
    return log;
  }

  private static ObjectNode json(TableMetadata metadata) {
    try {
      JsonNode node = JSON.readTree(TableMetadataParser.toJson(metadata));
      return (ObjectNode) node;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Iceberg's own metadata is no JSON", e);
    }
  }
}
