package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.Durability;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.engine.WriteOptions;
import io.firn.testkit.CrashStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The oracle refuses what breaks a promise, and asks for nothing that was not promised. */
class LedgerTest {

  private static final String TABLE = "/ledger/table";

  private final CrashStorage storage = new CrashStorage();
  private final Ledger ledger = new Ledger();

  private static Ledger.Change put(long key, long version) {
    return new Ledger.Change(key, Optional.of(Rows.row(key, version)));
  }

  private FirnTable open() {
    return Workload.table(storage, TABLE).open();
  }

  @Test
  void anAcknowledgedBatchThatIsNotThereIsALoss() {
    try (FirnTable table = open()) {
      table.write(ledger.attempt(table, List.of(put(1, 1))));
      ledger.acknowledge();
      ledger.attempt(List.of(put(2, 2)));
      assertThatCode(() -> ledger.checkPrefix(table, ledger.acknowledged(), "one less"))
          .doesNotThrowAnyException();
      ledger.acknowledge();
      assertThatThrownBy(() -> ledger.recovered(table, "lost"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("acknowledged were 2");
    }
  }

  @Test
  void halfABatchIsNoPrefix() {
    try (FirnTable table = open()) {
      ledger.attempt(List.of(put(1, 1), put(2, 2)));
      table.put(Rows.row(1, 1));
      assertThatThrownBy(() -> ledger.recovered(table, "half"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("batches around it");
    }
  }

  @Test
  void aWrongRowIsFoundInTheTableAndFromOutside() throws Exception {
    try (FirnTable table = open()) {
      ledger.attempt(List.of(put(1, 1)));
      table.put(Rows.row(1, 7));
      assertThatThrownBy(() -> ledger.recovered(table, "wrong"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("instead of");
    }
    assertThatThrownBy(() -> ledger.checkSnapshots(storage, TABLE, "wrong"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Iceberg snapshot");
  }

  @Test
  void aTableThatIsGoneIsALossOnlyIfSomethingWasAcknowledged() {
    ledger.attempt(List.of(put(1, 1)));
    assertThatCode(() -> ledger.checkSnapshots(storage, TABLE, "never")).doesNotThrowAnyException();
    ledger.acknowledge();
    assertThatThrownBy(() -> ledger.checkSnapshots(storage, TABLE, "gone"))
        .hasMessageContaining("no table");
  }

  @Test
  void aRefusedBatchMustNotBeThereLater() {
    try (FirnTable table = open()) {
      table.write(ledger.attempt(table, List.of(put(1, 1))));
      ledger.withdraw(1);
      assertThatThrownBy(() -> ledger.recovered(table, "refused, and there"))
          .isInstanceOf(AssertionError.class);
    }
  }

  /** A write that failed for want of disk space, say, becomes visible when there is room again. */
  @Test
  void whatBecomesVisibleBetweenTwoLooksIsNoFailure() {
    List<List<Ledger.Change>> batches = new ArrayList<>();
    for (long i = 1; i <= 2_000; i++) {
      batches.add(List.of(put(i % 7, i)));
      ledger.attempt(batches.get(batches.size() - 1));
    }
    try (FirnTable table = open()) {
      WriteOptions fast = WriteOptions.of(Durability.NONE);
      Thread writer =
          new Thread(() -> batches.forEach(batch -> table.write(batch(table, batch), fast)));
      writer.start();
      while (writer.isAlive()) {
        ledger.checkPrefix(table, 0, "meanwhile");
      }
      assertThat(table.stats().sequence()).isEqualTo(batches.size());
    }
  }

  private static WriteBatch batch(FirnTable table, List<Ledger.Change> changes) {
    WriteBatch batch = table.newBatch();
    changes.forEach(change -> change.row().ifPresent(batch::put));
    return batch;
  }

  /**
   * What is reported after the strike may be lost: the file system is shut down under an fsync that
   * then reports success. What was reported before it may not.
   */
  @Test
  void onlyWhatWasReportedBeforeTheStrikeIsDemanded() {
    BatchSource source = new BatchSource(1);
    ledger.attempt(source, new Victim.Acknowledged(1, 3));
    long two = source.batch(0, 0).size();
    two += source.batch(1, two).size();
    assertThat(ledger.acknowledged()).isEqualTo(two);
    assertThat(ledger.batches()).isEqualTo(5);
  }

  /** Both sides of a process know a batch by its number alone. */
  @Test
  void aBatchFollowsFromItsSeedAndNumber() {
    long seed = new Random(5).nextLong();
    assertThat(new BatchSource(seed).batch(3, 10)).isEqualTo(new BatchSource(seed).batch(3, 10));
    assertThat(new BatchSource(seed).batch(3, 10)).isNotEqualTo(new BatchSource(seed).batch(4, 10));
  }
}
