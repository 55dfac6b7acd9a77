package io.firn.catalog;

import io.firn.error.CommitUnknownException;
import io.firn.error.FencedException;
import io.firn.error.FirnException;
import io.firn.error.NotATableException;
import io.firn.error.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.jdbc.UncheckedInterruptedException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Swaps a table's metadata, once, and finds out what became of it. Never retries: what was prepared
 * for one state of the table is not applied to another.
 *
 * <p>A committer that holds an epoch refuses to commit on metadata that carries another one. Since
 * the swap succeeds only if nobody else has committed since the metadata was read, no holder of an
 * older epoch can commit after a newer one was taken.
 *
 * <p>Not safe for use by several threads at once. An interrupt neither stops a commit nor is lost.
 */
final class MetadataCommitter {

  /** What became of a commit. */
  enum Outcome {
    /** It is in the table's history. */
    COMMITTED,
    /** Somebody else's commit came first, and this one certainly will not happen. */
    CONFLICT,
    /**
     * The catalog's answer was lost, and the commit is not in the history now. It may still arrive,
     * unless another commit on the same base does first; its files must stay.
     */
    ABSENT
  }

  private static final Logger LOG = LoggerFactory.getLogger(MetadataCommitter.class);

  private final TableOperations operations;
  private final String table;

  MetadataCommitter(TableOperations operations, String table) {
    this.operations = operations;
    this.table = table;
  }

  /**
   * Reads the current metadata.
   *
   * @throws NotATableException if the table has been dropped, or replaced by another
   * @throws StorageException if it could not be read
   */
  TableMetadata refresh() {
    boolean interrupted = Thread.interrupted();
    try {
      TableMetadata metadata = operations.refresh();
      if (metadata == null) {
        throw new NotATableException("Table " + table + " has been dropped");
      }
      return metadata;
    } catch (NoSuchTableException | IllegalStateException e) {
      throw new NotATableException("Table " + table + " has been dropped or replaced", e);
    } catch (SealedMetadata.DamagedException e) {
      throw e.damage();
    } catch (FirnException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException("Cannot read the metadata of " + table, e);
    } finally {
      restore(interrupted);
    }
  }

  /** Refuses to go on if the metadata carries another epoch than this holder's. */
  void checkEpoch(TableMetadata metadata, long epoch) {
    if (epoch == TableStore.NO_EPOCH) {
      throw new FencedException(
          "This store of " + table + " has taken no epoch; only a fenced store may commit");
    }
    long current = epochOf(metadata);
    if (current != epoch) {
      throw new FencedException(
          "Epoch "
              + epoch
              + " of "
              + table
              + " has ended: another writer has taken epoch "
              + current
              + "; close this one");
    }
  }

  /** The epoch that may commit, 0 if none was ever taken. */
  static long epochOf(TableMetadata metadata) {
    String epoch = metadata.properties().get(SummaryKeys.EPOCH);
    if (epoch == null) {
      return 0;
    }
    try {
      return Long.parseLong(epoch);
    } catch (NumberFormatException e) {
      throw new FencedException(
          "Table property " + SummaryKeys.EPOCH + "=" + epoch + " is no number", e);
    }
  }

  /**
   * Swaps {@code base} for {@code updated}.
   *
   * @param happened tells from a later metadata of the table whether this commit is in its history
   * @return what became of it
   * @throws StorageException if storage or catalog failed and the commit certainly did not happen
   * @throws CommitUnknownException if it cannot be found out, if it happened but may not survive a
   *     power cut, or if the JVM ran out of something meanwhile
   */
  Outcome commit(TableMetadata base, TableMetadata updated, Predicate<TableMetadata> happened) {
    boolean interrupted = Thread.interrupted();
    try {
      operations.commit(base, updated);
      return Outcome.COMMITTED;
    } catch (CommitFailedException | AlreadyExistsException e) {
      if (e.getCause() instanceof IOException && !(operations instanceof PathTableOperations)) {
        // A rename that failed on its way: a Hadoop catalog calls that a conflict.
        return findOut(base, happened, e);
      }
      LOG.debug("A commit to {} came second", table, e);
      return Outcome.CONFLICT;
    } catch (PathTableOperations.NotDurableException e) {
      throw new CommitUnknownException(
          "The commit to " + table + " happened but may not survive a power cut", e);
    } catch (RuntimeException e) {
      interrupted |= Thread.interrupted();
      return findOut(base, happened, e);
    } catch (Error e) {
      throw new CommitUnknownException(
          "The commit to " + table + " was broken off by an error of the JVM", e);
    } finally {
      restore(interrupted);
    }
  }

  private Outcome findOut(
      TableMetadata base, Predicate<TableMetadata> happened, RuntimeException cause) {
    boolean found;
    try {
      found = happenedSince(base, happened);
    } catch (RuntimeException | Error e) {
      cause.addSuppressed(e);
      throw new CommitUnknownException(
          "The commit to "
              + table
              + " may or may not have happened, and its history cannot be read to find out",
          cause);
    }
    if (found) {
      LOG.warn("The commit to {} happened although it was reported as failed", table, cause);
      return Outcome.COMMITTED;
    }
    if (isAboutTheCatalog(cause)) {
      LOG.warn("The commit to {} has not happened", table, cause);
      return Outcome.ABSENT;
    }
    throw new StorageException("The commit to " + table + " failed and did not happen", cause);
  }

  private static boolean isAboutTheCatalog(RuntimeException cause) {
    return cause instanceof CommitStateUnknownException
        || cause instanceof UncheckedSQLException
        || cause instanceof UncheckedInterruptedException
        || cause instanceof CommitFailedException;
  }

  /**
   * True if the commit is in the history after {@code base}. If others have committed since, and
   * have expired snapshots or trimmed the log, the answer may be in none of the metadata that is
   * left; then this throws.
   */
  private boolean happenedSince(TableMetadata base, Predicate<TableMetadata> happened) {
    TableMetadata current = refresh();
    if (happened.test(current)) {
      return true;
    }
    String from = base.metadataFileLocation();
    if (from.equals(current.metadataFileLocation())) {
      return false;
    }
    List<TableMetadata.MetadataLogEntry> former = current.previousFiles();
    for (int i = former.size() - 1; i >= 0; i--) {
      String file = former.get(i).file();
      if (file.equals(from)) {
        return false;
      }
      if (happened.test(TableMetadataParser.read(operations.io(), file))) {
        return true;
      }
    }
    throw new NotFoundException("The metadata log of %s does not reach back to %s", table, from);
  }

  /** A predicate that looks for a commit id in the summaries of the retained snapshots. */
  static Predicate<TableMetadata> carries(String commitId) {
    return metadata ->
        metadata.snapshots().stream()
            .anyMatch(
                snapshot -> {
                  Map<String, String> summary = snapshot.summary();
                  return summary != null && commitId.equals(summary.get(SummaryKeys.COMMIT_ID));
                });
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
