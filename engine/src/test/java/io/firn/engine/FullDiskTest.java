package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.service.ServiceHealth;
import io.firn.storage.Storage;
import io.firn.testkit.CrashStorage;
import io.firn.testkit.FaultStorage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.PathPattern;
import io.firn.testkit.Patience;
import io.firn.testkit.StorageOperation;
import io.firn.testkit.SurvivalMode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A full disk ends writing until there is room, not until the table is opened again. */
class FullDiskTest {

  private static final String TABLE = "/tables/t";
  private static final String CACHE = TABLE + "/_firn/cache";
  private static final PathPattern SEGMENTS = PathPattern.glob("**.wal");

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");

  private final CrashStorage disk = new CrashStorage();
  private final FaultStorage storage = new FaultStorage(disk);

  private static FirnTable open(Storage storage) {
    return open(storage, "1mb");
  }

  private static FirnTable open(Storage storage, String pageCacheBytes) {
    return FirnTable.builder()
        .path(TABLE)
        .schema(Rows.SCHEMA)
        .key("id")
        .storage(storage)
        .option("compaction-workers", "0")
        .option("flush-interval-millis", "1h")
        .option("page-cache-bytes-max", pageCacheBytes)
        .open();
  }

  private static IOException noSpace() {
    return new IOException("No space left on device");
  }

  private static void untilWritten(FirnTable table, Record row) {
    Patience.until(
        () -> {
          try {
            table.put(row);
            return true;
          } catch (WriteStalledException e) {
            return false;
          }
        });
  }

  @Test
  void whatTheLogCouldNotTakeGoesToTheTableAndWritingGoesOn() {
    try (FirnTable table = open(storage)) {
      table.put(Rows.row(1));
      storage.fullDiskAfter(10);
      assertThatThrownBy(() -> table.put(Rows.row(2)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("full");
      assertThatThrownBy(() -> table.put(Rows.row(3)))
          .isInstanceOf(WriteStalledException.class)
          .hasMessageContaining("full");
      assertThat(table.get(1L)).contains(Rows.row(1));
      assertThat(table.health().level()).isEqualTo(ServiceHealth.Level.UNHEALTHY);
      storage.heal();
      untilWritten(table, Rows.row(4));
      // A flush that heals the log tells so when it has ended, which is after writing goes on.
      Patience.until(() -> table.health().level() != ServiceHealth.Level.UNHEALTHY);
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1), Rows.row(2), Rows.row(4));
      CrashStorage survivor = disk.crash(SurvivalMode.NONE, 1);
      try (FirnTable again = open(survivor)) {
        assertThat(Rows.all(again.scan())).containsExactly(Rows.row(1), Rows.row(2), Rows.row(4));
      }
    } catch (StorageException closing) {
      assertThat(disk.crashed()).isTrue();
    }
  }

  @Test
  void aSyncThatFailsForLackOfSpaceIsNeverTriedAgain() {
    try (FirnTable table = open(storage)) {
      FaultStorage.Fault fault =
          storage.on(StorageOperation.SYNC, SEGMENTS).failOnce(FullDiskTest::noSpace);
      assertThatThrownBy(() -> table.put(Rows.row(1))).isInstanceOf(StorageException.class);
      untilWritten(table, Rows.row(2));
      assertThat(fault.fired()).isEqualTo(1);
      assertThat(table.stats().flushedSequence()).isEqualTo(1);
      CrashStorage survivor = disk.crash(SurvivalMode.NONE, 1);
      try (FirnTable again = open(survivor)) {
        assertThat(Rows.all(again.scan())).containsExactly(Rows.row(1), Rows.row(2));
      }
    } catch (StorageException closing) {
      assertThat(disk.crashed()).isTrue();
    }
  }

  @Test
  void noSequenceIsToldBeforeReadersSeeIt() throws InterruptedException {
    List<Long> told = new CopyOnWriteArrayList<>();
    try (FirnTable table = open(storage)) {
      storage.on(StorageOperation.SYNC, SEGMENTS).failOnce(FullDiskTest::noSpace);
      Thread asking = new Thread(() -> told.add(table.stats().sequence()));
      // The file is committed, and readers do not have it yet. The figures wait for its key range.
      storage
          .on(StorageOperation.OPEN, PathPattern.glob("**.parquet"))
          .runOnce(
              path -> {
                asking.start();
                Patience.until(() -> asking.getState() != Thread.State.RUNNABLE);
              });
      assertThatThrownBy(() -> table.put(Rows.row(1))).isInstanceOf(StorageException.class);
      untilWritten(table, Rows.row(2));
      asking.join();
      assertThat(table.stats().sequence()).isEqualTo(2);
    }
    assertThat(told).containsExactly(0L);
  }

  @Test
  void aTableWhoseDiskStaysFullClosesAndLosesNothingThatWasAcknowledged() {
    FirnTable table = open(storage);
    table.put(Rows.row(1));
    storage.fullDiskAfter(0);
    assertThatThrownBy(() -> table.put(Rows.row(2))).isInstanceOf(StorageException.class);
    assertThatThrownBy(table::close).isInstanceOf(RuntimeException.class);
    storage.heal();
    try (FirnTable again = open(storage)) {
      assertThat(again.get(1L)).contains(Rows.row(1));
      again.put(Rows.row(3));
    }
  }

  @Test
  void aRotationWithoutRoomForTheNextSegmentLosesNothing() {
    try (FirnTable table = open(storage)) {
      table.put(Rows.row(1));
      storage.on(StorageOperation.CREATE, SEGMENTS).failOnce(FullDiskTest::noSpace);
      table.flush();
      untilWritten(table, Rows.row(2));
      assertThat(Rows.all(table.scan())).containsExactly(Rows.row(1), Rows.row(2));
    }
    try (FirnTable again = open(storage)) {
      assertThat(Rows.all(again.scan())).containsExactly(Rows.row(1), Rows.row(2));
    }
  }

  @Test
  void rowsThatAreOnlyKeptForLookupsMakeRoomForTheLog() throws IOException {
    try (FirnTable table = open(storage, "0")) {
      table.put(Rows.row(1));
      table.flush();
      for (int look = 0; look < 3; look++) {
        assertThat(table.get(1L)).contains(Rows.row(1));
      }
      assertThat(disk.list(CACHE)).isNotEmpty();
      storage.on(StorageOperation.WRITE, SEGMENTS).failOnce(FullDiskTest::noSpace);
      assertThatThrownBy(() -> table.put(Rows.row(2))).isInstanceOf(StorageException.class);
      assertThat(disk.list(CACHE)).isEmpty();
      untilWritten(table, Rows.row(3));
      assertThat(table.get(1L)).contains(Rows.row(1));
    }
  }
}
