package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.firn.storage.LocalStorage;
import io.firn.storage.StoragePaths;
import io.firn.testkit.CountingStorage;
import io.firn.testkit.PathPattern;
import io.firn.testkit.StorageOperation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operations cost, counted rather than timed: a guard against gross regressions that no noise
 * of a machine can trip.
 */
class CostTest {

  private static final int ROWS = 50_000;
  private static final PathPattern DATA_FILES = PathPattern.glob("**/data/*.parquet");
  private static final PathPattern METADATA = PathPattern.glob("**/metadata/*.metadata.json");
  private static final WriteOptions NONE = WriteOptions.of(Durability.NONE);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;

  private final CountingStorage counts = new CountingStorage(new LocalStorage());

  private FirnTable open() {
    return Rows.at(directory)
        .storage(counts)
        .option("flush-interval-millis", "1d")
        .option("refresh-interval-millis", "0")
        .option("compaction-workers", "0")
        .option("scan-workers", "0")
        .open();
  }

  private static void load(FirnTable table) {
    WriteBatch batch = table.newBatch();
    for (long id = 0; id < ROWS; id++) {
      batch.put(Rows.row(id));
    }
    table.write(batch, NONE);
    table.flush();
  }

  /** The bytes that one of many runs allocates on this thread. */
  private static long allocatedBytes(int runs, Runnable run) {
    for (int i = 0; i < runs; i++) {
      run.run();
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      run.run();
    }
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / runs;
  }

  @Test
  void aFlushIsOneCommitAndReadsNoPageOfRowsThatOthersCannotReplace() {
    try (FirnTable table = open()) {
      load(table);
      counts.reset();
      table.put(Rows.row(ROWS + 1), NONE);
      table.flush();
      assertThat(counts.calls(StorageOperation.PUBLISH, METADATA)).isEqualTo(1);
      assertThat(counts.bytes(StorageOperation.READ, DATA_FILES)).isLessThan(16 << 10);
    }
  }

  @Test
  void aFlushThatReplacesARowReadsLittleMoreThanOnePageOfKeys() {
    try (FirnTable table = open()) {
      load(table);
      counts.reset();
      table.put(Rows.row(ROWS / 2), NONE);
      table.flush();
      assertThat(table.stats().maskedRows()).isEqualTo(1);
      assertThat(counts.bytes(StorageOperation.READ, DATA_FILES)).isLessThan(32 << 10);
    }
  }

  @Test
  void aLookupReadsAPageOfEachColumnAndOneOfAnAbsentKeyMostlyNothing() {
    try (FirnTable table = open()) {
      load(table);
      counts.reset();
      assertThat(table.get(12_345L)).contains(Rows.row(12_345));
      assertThat(counts.bytes(StorageOperation.READ, DATA_FILES)).isBetween(1L, 3L * (9 << 10));
      counts.reset();
      for (long id = 1; id <= 100; id++) {
        assertThat(table.get(-id)).isEmpty();
      }
      assertThat(counts.calls(StorageOperation.READ, DATA_FILES)).isZero();
    }
  }

  /** Older files have the key too, masked, and their filters say so. */
  @Test
  void aLookupOfAnUpdatedRowReadsOnlyTheNewestFile() {
    String oldest;
    try (FirnTable table = open()) {
      load(table);
      oldest = StoragePaths.name(table.files().get(0).path());
      WriteBatch batch = table.newBatch();
      for (long id = ROWS / 10; id < ROWS; id++) {
        batch.put(Rows.row(id, "updated", 0.5));
      }
      table.write(batch, NONE);
      table.flush();
    }
    try (FirnTable table = open()) {
      counts.reset();
      for (long id = ROWS / 5; id < ROWS; id += ROWS / 50) {
        assertThat(table.get(id)).contains(Rows.row(id, "updated", 0.5));
      }
      assertThat(counts.bytes(StorageOperation.READ, PathPattern.glob("**/" + oldest))).isZero();
      assertThat(counts.bytes(StorageOperation.READ, DATA_FILES)).isPositive();
    }
  }

  @Test
  void aRepeatedScanOfNumbersDecodesNothingAndOneOfTextsAllAgain() {
    try (FirnTable table = open()) {
      load(table);
      assertThat(pagesOfSecondScan(table, "id", "amount")).isZero();
      assertThat(pagesOfSecondScan(table, "id", "name")).isGreaterThan(10);
    }
  }

  private static long pagesOfSecondScan(FirnTable table, String... columns) {
    assertThat(Rows.all(table.scan().select(columns))).hasSize(ROWS);
    long decoded = table.stats().pagesDecoded();
    assertThat(Rows.all(table.scan().select(columns))).hasSize(ROWS);
    return table.stats().pagesDecoded() - decoded;
  }

  @Test
  void aScanWithALimitReadsLittleMoreThanItDelivers() throws IOException {
    try (FirnTable table = open()) {
      load(table);
      for (boolean merged : new boolean[] {false, true}) {
        if (merged) {
          table.put(Rows.row(20_001), NONE);
        }
        counts.reset();
        try (CloseableIterable<Record> rows = table.scan().from(20_000L).limit(10).records()) {
          Iterator<Record> each = rows.iterator();
          for (long id = 20_000; id < 20_010; id++) {
            assertThat(each.next()).isEqualTo(Rows.row(id));
          }
          assertThat(each.hasNext()).isFalse();
        }
        assertThat(counts.bytes(StorageOperation.READ, DATA_FILES)).isLessThan(64 << 10);
      }
    }
  }

  @Test
  void anOperationAllocatesLittleBesideItsRow() {
    try (FirnTable table = open()) {
      load(table);
      Record row = Rows.row(7);
      assertThat(allocatedBytes(20_000, () -> table.put(row, NONE))).isLessThan(400);
      table.flush();
      assertThat(allocatedBytes(20_000, () -> assertPresent(table, 9L))).isLessThan(1_000);
      assertThat(allocatedBytes(20_000, () -> assertAbsent(table, -9L))).isLessThan(500);
    }
  }

  /** The share of the rows that each run has is all that is looked at. */
  @Test
  void aShortScanOfSeveralRunsAllocatesLittleBesideItsRows() {
    try (FirnTable table = open()) {
      String text = "x".repeat(500);
      for (int run = 0; run < 5; run++) {
        WriteBatch batch = table.newBatch();
        for (long id = run; id < 10_000; id += 5) {
          batch.put(Rows.row(id, text, 0.5));
        }
        table.write(batch, NONE);
        table.flush();
      }
      assertThat(table.files()).hasSize(5);
      assertThat(allocatedBytes(2_000, () -> assertRows(table, 5_000, 20))).isLessThan(200_000);
    }
  }

  private static void assertRows(FirnTable table, long from, int count) {
    if (Rows.all(table.scan().from(from).limit(count)).size() != count) {
      throw new AssertionError("not " + count + " rows from " + from);
    }
  }

  private static void assertPresent(FirnTable table, long id) {
    if (table.get(id).isEmpty()) {
      throw new AssertionError("no row " + id);
    }
  }

  private static void assertAbsent(FirnTable table, long id) {
    if (table.get(id).isPresent()) {
      throw new AssertionError("a row " + id);
    }
  }
}
