package io.firn.catalog;

import java.util.Map;
import java.util.OptionalLong;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The last flushed sequence number in a table's metadata. It stands in the summary of every
 * snapshot of ours and, written by the same commit, in the table property {@link
 * SummaryKeys#SEQUENCE}, which stays when other engines commit, expire snapshots or roll back. The
 * highest one there is counts: a sequence number is never used twice, not even after a rollback.
 */
final class FlushedSequence {
  private FlushedSequence() {}

  /** The last flushed sequence number, 0 if there was no flush. */
  static long of(TableMetadata metadata) {
    long highest = parse(metadata.properties().get(SummaryKeys.SEQUENCE)).orElse(0);
    for (Snapshot snapshot : metadata.snapshots()) {
      highest = Math.max(highest, of(snapshot).orElse(0));
    }
    return highest;
  }

  /** The sequence number whose state a retained snapshot is, or that of its nearest ancestor. */
  static long of(TableMetadata metadata, Snapshot snapshot) {
    Snapshot at = snapshot;
    while (at != null) {
      OptionalLong sequence = of(at);
      if (sequence.isPresent()) {
        return sequence.getAsLong();
      }
      Long parent = at.parentId();
      at = parent == null ? null : metadata.snapshot(parent);
    }
    return 0;
  }

  /** The sequence number in a snapshot's summary. */
  static OptionalLong of(Snapshot snapshot) {
    Map<String, String> summary = snapshot.summary();
    return summary == null ? OptionalLong.empty() : parse(summary.get(SummaryKeys.SEQUENCE));
  }

  private static OptionalLong parse(@Nullable String text) {
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException notOurs) {
      return OptionalLong.empty();
    }
  }
}
