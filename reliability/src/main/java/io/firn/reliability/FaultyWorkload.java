package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteToken;
import io.firn.error.CommitUnknownException;
import io.firn.error.EngineFailedException;
import io.firn.error.FirnException;
import io.firn.error.StorageException;
import java.util.List;
import java.util.Random;

/**
 * The workload on storage that fails: errors of Firn's own are expected, and after each the table
 * is read.
 */
final class FaultyWorkload {

  private final Random random;
  private final Ledger ledger;
  private int failures;

  /** A write has told that the table refuses all later ones. */
  private boolean refusing;

  FaultyWorkload(Random random, Ledger ledger) {
    this.random = random;
    this.ledger = ledger;
  }

  int failures() {
    return failures;
  }

  /** True once a write has told that all later ones are refused until the table is reopened. */
  boolean refused() {
    return refusing;
  }

  /** One of the sixty steps of the workload. */
  void step(FirnTable table, int step) {
    attempt(table, () -> write(table));
    if (step % 10 == 9) {
      attempt(table, table::flush);
    }
    if (step == 45) {
      attempt(table, () -> table.compact(CompactionKind.FULL));
      attempt(table, table::sweep);
    }
  }

  private void attempt(FirnTable table, Runnable action) {
    try {
      action.run();
    } catch (FirnException e) {
      failures++;
      try {
        ledger.checkPrefix(table, ledger.acknowledged(), "reading after " + e);
      } catch (FirnException unreadable) {
        // The fault may be one of reading.
        unreadable.addSuppressed(e);
      }
    }
  }

  /**
   * Writes a batch. A batch that the log failed to take, or whose write is the first to tell that
   * the table has failed, by the log or by a commit, may be found later or not; one that was
   * refused for any other reason certainly is not.
   */
  void write(FirnTable table) {
    List<Ledger.Change> changes =
        Workload.changes(random, ledger.attempted(), 1 + random.nextInt(6));
    WriteBatch batch = ledger.attempt(table, changes);
    WriteToken token;
    try {
      token = table.write(batch);
    } catch (StorageException e) {
      throw e;
    } catch (EngineFailedException | CommitUnknownException e) {
      if (refusing) {
        ledger.withdraw(changes.size());
      }
      refusing = true;
      throw e;
    } catch (FirnException e) {
      ledger.withdraw(changes.size());
      throw e;
    }
    if (token.sequence() != ledger.attempted()) {
      throw new AssertionError(
          "Acknowledged operation "
              + token.sequence()
              + " where "
              + ledger.attempted()
              + " was due");
    }
    ledger.acknowledge();
  }
}
