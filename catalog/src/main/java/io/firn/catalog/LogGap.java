package io.firn.catalog;

import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;

/**
 * Operations that are neither in the table nor in its log, because a version of the table was lost
 * that had them: the log begins later than the table ends. Closing the gap lets the log be replayed
 * on the table as it is.
 */
final class LogGap {

  private final TableOperations operations;
  private final TableMetadata metadata;
  private final long flushed;
  private final long begins;

  /**
   * @param logBegins the first operation that the log can replay, if it has any
   */
  LogGap(TableOperations operations, TableMetadata metadata, OptionalLong logBegins) {
    this.operations = operations;
    this.metadata = metadata;
    this.flushed = FlushedSequence.of(metadata);
    this.begins = logBegins.orElse(0);
  }

  private long missing() {
    return Math.max(0, begins - 1 - flushed);
  }

  Optional<Defect> defect() {
    return missing() == 0
        ? Optional.empty()
        : Optional.of(
            new Defect(
                Defect.Weight.READERS,
                metadata.location(),
                "the table has operations up to " + flushed + ", and its log begins with " + begins,
                "give up operations " + (flushed + 1) + " to " + (begins - 1),
                missing(),
                this::close));
  }

  /** Has the table say that the missing operations are in it, if there are some. */
  void close() {
    if (missing() > 0) {
      RepairCommitter committer = new RepairCommitter(operations, metadata);
      committer.commit(
          committer.changed(
              builder ->
                  builder.setProperties(
                      java.util.Map.of(SummaryKeys.SEQUENCE, Long.toString(begins - 1)))));
    }
  }
}
