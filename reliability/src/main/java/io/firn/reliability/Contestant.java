package io.firn.reliability;

import io.firn.engine.FirnTable;
import io.firn.error.FencedException;
import io.firn.error.FirnException;
import java.util.List;
import java.util.Random;

/** One of two writers of a table: writes and flushes until it is told that it has lost. */
final class Contestant {

  private final FirnTable table;
  private final Ledger ledger;
  private final Random random;
  private boolean lost;

  Contestant(FirnTable table, Ledger ledger, Random random) {
    this.table = table;
    this.ledger = ledger;
    this.random = random;
  }

  boolean lost() {
    return lost;
  }

  /** One batch, now and then a flush. Once it has lost, nothing more is acknowledged. */
  void step() {
    List<Ledger.Change> changes =
        Workload.changes(random, ledger.attempted(), 1 + random.nextInt(6));
    try {
      table.write(ledger.attempt(table, changes));
    } catch (FirnException e) {
      ledger.withdraw(changes.size());
      lose(e);
      return;
    }
    if (lost) {
      throw new AssertionError("A write was acknowledged after its writer was told it had lost");
    }
    if (random.nextInt(4) == 0) {
      flush();
    }
  }

  /** The loser finds out at its next commit, if it has anything to commit. */
  void flushUntilLost() {
    step();
    if (!lost) {
      flush();
    }
    if (!lost) {
      throw new AssertionError("The older writer was never told that it has lost");
    }
  }

  private void flush() {
    try {
      table.flush();
    } catch (FirnException e) {
      lose(e);
    }
  }

  private void lose(FirnException e) {
    if (!(e instanceof FencedException)) {
      throw new AssertionError("A writer fails otherwise than by being fenced", e);
    }
    lost = true;
  }
}
