package io.firn.reliability;

import io.firn.catalog.TableLocation;
import io.firn.engine.FirnTable;
import io.firn.engine.TableVerifier;
import io.firn.engine.VerifyReport;
import io.firn.engine.WriteBatch;
import io.firn.storage.Storage;
import io.firn.testkit.ModelTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;

/**
 * The oracle: batches attempted and acknowledged, recorded outside the store. Whatever happens to
 * the table, what is found afterwards is a prefix of what was attempted, in whole batches, with
 * everything acknowledged as durable; and each Iceberg snapshot is the state at its sequence
 * number.
 *
 * <p>The first operation has sequence number 1, as in the engine; batches are attempted one after
 * the other. Not safe for use by several threads at once.
 */
final class Ledger {

  /** A write: a row, or a key to delete. */
  record Change(long key, Optional<Record> row) {}

  private final ModelTable<Long, Record> attempted =
      new ModelTable<>(Comparator.<Long>naturalOrder());
  private final BatchEnds batchEnds = new BatchEnds();
  private final List<List<Change>> batches = new ArrayList<>();
  private long acknowledged;

  /** Records a batch before it is given to the table, and makes it. */
  WriteBatch attempt(FirnTable table, List<Change> changes) {
    WriteBatch batch = table.newBatch();
    for (Change change : changes) {
      change.row().ifPresentOrElse(batch::put, () -> batch.delete(change.key()));
    }
    attempt(changes);
    return batch;
  }

  /** Records a batch that somebody else gives to the table. */
  void attempt(List<Change> changes) {
    for (Change change : changes) {
      long sequence = attempted.sequence() + 1;
      change
          .row()
          .ifPresentOrElse(
              row -> attempted.put(sequence, change.key(), row),
              () -> attempted.delete(sequence, change.key()));
    }
    batchEnds.add(changes.size());
    batches.add(List.copyOf(changes));
  }

  /** The last batch attempted, of so many operations, was certainly not applied. */
  void withdraw(int operations) {
    truncate(attempted.sequence() - operations);
  }

  /** The last batch attempted was acknowledged as durable. */
  void acknowledge() {
    acknowledged = attempted.sequence();
  }

  private void truncate(long sequence) {
    attempted.truncate(sequence);
    batchEnds.truncate(sequence);
    batches.subList(batchEnds.batches(), batches.size()).clear();
  }

  /** Everything up to a sequence number was acknowledged as durable. */
  void acknowledge(long sequence) {
    acknowledged = Math.max(acknowledged, sequence);
  }

  /** Another writer's ledger that begins with what this one has up to a sequence number. */
  Ledger upTo(long sequence) {
    Ledger other = new Ledger();
    for (List<Change> batch : batches) {
      if (other.attempted() < sequence) {
        other.attempt(batch);
      }
    }
    return other;
  }

  /** The same once more, for another end of the same story. */
  Ledger copy() {
    Ledger copy = upTo(attempted());
    copy.acknowledge(acknowledged);
    return copy;
  }

  long attempted() {
    return attempted.sequence();
  }

  long acknowledged() {
    return acknowledged;
  }

  /**
   * Records what a victim was given: all it reported, and the one batch that it may have written
   * without a report.
   */
  void attempt(BatchSource source, Victim.Acknowledged reported) {
    for (int next = batches.size(); next <= reported.atAll() + 1; next++) {
      attempt(source.batch(next, attempted()));
      if (next <= reported.beforeTheStrike()) {
        acknowledge();
      }
    }
  }

  /** How many batches were attempted and, as far as is known, are there. */
  int batches() {
    return batches.size();
  }

  /** The newest state attempted. */
  NavigableMap<Long, Record> state() {
    return attempted.state();
  }

  NavigableMap<Long, Record> stateAt(long sequence) {
    return attempted.stateAt(sequence);
  }

  /** The last batch end that is not above a sequence number. */
  long batchEndUpTo(long sequence) {
    return batchEnds.upTo(sequence);
  }

  /**
   * Checks a table that was opened again after something happened to it, and goes on from what was
   * found: batches that are not there never were.
   */
  void recovered(FirnTable table, String moment) {
    checkPrefix(table, acknowledged, moment);
    long found = table.stats().sequence();
    truncate(found);
    acknowledged = found;
  }

  /**
   * What is found is a prefix in whole batches, up to {@code atLeast} or beyond. Read again if more
   * has become visible meanwhile.
   */
  void checkPrefix(FirnTable table, long atLeast, String moment) {
    long found;
    List<Record> rows;
    do {
      found = table.stats().sequence();
      rows = Rows.all(table.scan().records());
    } while (table.stats().sequence() != found);
    batchEnds.checkPrefix(found, atLeast, moment);
    compare(stateAt(found), rows, moment + ", operation " + found);
  }

  /** The table's newest state is the one at the end of all that was attempted. */
  void checkNewest(FirnTable table, String moment) {
    compare(state(), Rows.all(table.scan().records()), moment);
  }

  /**
   * Each visible Iceberg snapshot, read without Firn, is the state at its sequence number; there is
   * no table only if nothing was acknowledged. To be called when nobody has the table open.
   */
  void checkSnapshots(Storage storage, String directory, String moment) throws IOException {
    Optional<OutsideView> found = OutsideView.find(storage, directory);
    if (found.isEmpty()) {
      if (acknowledged > 0) {
        throw new AssertionError(moment + ": there is no table");
      }
      return;
    }
    OutsideView view = found.get();
    for (Snapshot snapshot : view.snapshots()) {
      long sequence = Long.parseLong(snapshot.summary().get("firn.sequence"));
      compare(
          stateAt(sequence),
          new ArrayList<>(view.rows(snapshot.snapshotId()).values()),
          moment + ", Iceberg snapshot " + snapshot.snapshotId() + " at operation " + sequence);
    }
  }

  /** {@code firn verify} has nothing to complain about. */
  static void checkSound(Storage storage, String directory, String moment) {
    VerifyReport report =
        TableVerifier.verify(
            TableLocation.ofPath(directory),
            storage,
            TableVerifier.Depth.EVERYTHING,
            (done, total) -> {});
    if (!report.sound()) {
      throw new AssertionError(moment + ": verify says " + report.findings());
    }
  }

  private static void compare(
      NavigableMap<Long, Record> expected, List<Record> found, String moment) {
    List<Record> rows = new ArrayList<>(expected.values());
    if (!rows.equals(found)) {
      List<Record> missing = new ArrayList<>(rows);
      missing.removeAll(found);
      List<Record> wrong = new ArrayList<>(found);
      wrong.removeAll(rows);
      throw new AssertionError(
          moment
              + ": "
              + found.size()
              + " rows instead of "
              + rows.size()
              + "; missing "
              + first(missing)
              + ", wrong "
              + first(wrong));
    }
  }

  private static String first(List<Record> rows) {
    return rows.size() + (rows.isEmpty() ? "" : " from " + rows.get(0));
  }
}
