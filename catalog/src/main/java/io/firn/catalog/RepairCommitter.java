package io.firn.catalog;

import io.firn.error.CommitConflictException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;

/**
 * Commits one step of a repair on exactly the metadata that was looked at. The commit takes a new
 * epoch, so that nobody who has had the table open goes on with it.
 */
final class RepairCommitter {

  private final TableOperations operations;
  private final TableMetadata base;
  private final String holder = UUID.randomUUID().toString();

  RepairCommitter(TableOperations operations, TableMetadata base) {
    this.operations = operations;
    this.base = base;
  }

  /** The epoch that the commit takes. */
  long epoch() {
    return MetadataCommitter.epochOf(base) + 1;
  }

  /** The properties that take the epoch. */
  Map<String, String> properties() {
    return new HashMap<>(
        Map.of(SummaryKeys.EPOCH, Long.toString(epoch()), TableCore.EPOCH_HOLDER, holder));
  }

  /** The base after a change, with the new epoch. */
  TableMetadata changed(UnaryOperator<TableMetadata.Builder> change) {
    return MetadataChange.apply(
        base,
        builder -> change.apply(builder.setProperties(properties())),
        System.currentTimeMillis(),
        CommitSemantics.of(operations));
  }

  /**
   * Commits.
   *
   * @throws CommitConflictException if somebody else has committed since the base was read
   */
  void commit(TableMetadata updated) {
    MetadataCommitter committer = new MetadataCommitter(operations, base.location());
    MetadataCommitter.Outcome outcome =
        committer.commit(
            base,
            updated,
            metadata -> holder.equals(metadata.properties().get(TableCore.EPOCH_HOLDER)));
    if (outcome != MetadataCommitter.Outcome.COMMITTED) {
      throw new CommitConflictException(
          "Somebody else has committed to " + base.location() + "; repair it again");
    }
  }
}
