package io.firn.catalog;

import io.firn.error.InvalidArgumentException;
import io.firn.error.SnapshotUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;

/** The snapshots of one metadata by time, by the name of a tag or branch, and by lease. */
final class SnapshotNames {

  private static final String LEASE = "firn-lease-";

  private final TableMetadata metadata;

  SnapshotNames(TableMetadata metadata) {
    this.metadata = metadata;
  }

  /** The snapshot that was current at a time. */
  long at(Instant time) {
    long millis = time.toEpochMilli();
    HistoryEntry found = null;
    for (HistoryEntry entry : metadata.snapshotLog()) {
      if (entry.timestampMillis() <= millis) {
        found = entry;
      }
    }
    if (found == null || metadata.snapshot(found.snapshotId()) == null) {
      throw new SnapshotUnavailableException(
          metadata.location() + " had no snapshot at " + time + " that is still retained");
    }
    return found.snapshotId();
  }

  /** The snapshot that a tag or branch names. */
  long of(String ref) {
    SnapshotRef found = metadata.ref(ref);
    if (found == null) {
      throw new SnapshotUnavailableException(
          metadata.location() + " has no tag or branch named " + ref);
    }
    return found.snapshotId();
  }

  /** The tags and branches that name a snapshot, in order. */
  List<String> refsTo(long snapshotId) {
    return metadata.refs().entrySet().stream()
        .filter(ref -> ref.getValue().snapshotId() == snapshotId)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** The leases, the first to end first. */
  List<Lease> leases() {
    List<Lease> leases = new ArrayList<>();
    metadata
        .refs()
        .forEach(
            (name, ref) -> {
              Long age = ref.maxRefAgeMs();
              Snapshot snapshot = metadata.snapshot(ref.snapshotId());
              if (ref.isTag() && age != null && name.startsWith(LEASE)) {
                leases.add(
                    new Lease(
                        name.substring(LEASE.length()),
                        ref.snapshotId(),
                        snapshot.timestampMillis() + age));
              }
            });
    leases.sort(Comparator.comparingLong(Lease::untilMillis).thenComparing(Lease::name));
    return leases;
  }

  /** The name of the tag that is a lease. */
  static String refOf(String lease) {
    if (lease.isBlank()) {
      throw new InvalidArgumentException("A lease needs a name");
    }
    return LEASE + lease;
  }

  /** The tag of a lease. Iceberg counts its age from the time of the snapshot. */
  SnapshotRef lease(long snapshotId, Duration duration, long nowMillis) {
    Snapshot snapshot = metadata.snapshot(snapshotId);
    if (snapshot == null) {
      throw new SnapshotUnavailableException(
          "Snapshot " + snapshotId + " of " + metadata.location() + " is not retained");
    }
    if (duration.isNegative() || duration.isZero()) {
      throw new InvalidArgumentException("A lease lasts for some time, not " + duration);
    }
    long age = Math.max(0, nowMillis - snapshot.timestampMillis());
    return SnapshotRef.tagBuilder(snapshotId)
        .maxRefAgeMs(Math.addExact(age, duration.toMillis()))
        .build();
  }
}
